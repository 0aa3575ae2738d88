package dev.sensei.agents.architect.mapping;

import java.util.Optional;

/**
 * Where the values of a column come from.
 *
 * @param column the source's column; empty where the column is added
 * @param type the type of the source's column, or of the expression
 * @param expression SQL over a row of the source; absent where they are the column's own
 * @param declared whether a person said anything of it
 */
public record ColumnOrigin(
    String column, String type, Optional<String> expression, boolean declared) {}
