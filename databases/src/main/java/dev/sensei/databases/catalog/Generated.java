package dev.sensei.databases.catalog;

/**
 * That a column is computed from others.
 *
 * @param stored whether kept in the row, else computed when read
 */
public record Generated(String expression, boolean stored) {}
