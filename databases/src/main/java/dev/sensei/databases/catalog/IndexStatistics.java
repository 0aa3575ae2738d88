package dev.sensei.databases.catalog;

/**
 * The statistics target of an index column that is an expression.
 *
 * @param position from 1
 */
public record IndexStatistics(int position, int target) {}
