package dev.sensei.orchestrator.fold;

/**
 * What is done where rows do not keep what the target asks for.
 *
 * @param table the source's table that it is said of; empty for all.
 * @param tooLong for texts with more characters than their column takes.
 * @param outOfRange for values that cannot be cast to their column's type.
 * @param nullInNotNull for a NULL in a column that takes none.
 * @param nulBytes for a JSON text with the character 0 that becomes jsonb.
 * @param duplicates for rows that are equal in columns that are unique.
 * @param orphans for rows that refer to a row that is not there.
 */
public record Recovery(
    String table,
    RowRemedy tooLong,
    RowRemedy outOfRange,
    RowRemedy nullInNotNull,
    RowRemedy nulBytes,
    RowRemedy duplicates,
    RowRemedy orphans) {}
