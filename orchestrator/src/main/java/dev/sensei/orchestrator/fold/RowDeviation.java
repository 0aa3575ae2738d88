package dev.sensei.orchestrator.fold;

/**
 * Rows whose values a rule of the plan changed, or left out.
 *
 * @param kind what was done.
 * @param column the target's column; empty where it is about none.
 * @param rows how many rows.
 */
public record RowDeviation(String kind, String column, long rows) {}
