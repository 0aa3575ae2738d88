package dev.sensei.orchestrator.fold;

/**
 * What becomes of one column of a source table, as a person declared it.
 *
 * @param column the column's name in the source
 * @param dropped whether the target gets no such column
 * @param target its name in the target; empty where it keeps its own
 * @param type its type in the target; empty where it keeps its own
 * @param expression SQL over a row of the source table; empty where its values are the column's own
 */
public record DeclaredColumn(
    String column, boolean dropped, String target, String type, String expression) {}
