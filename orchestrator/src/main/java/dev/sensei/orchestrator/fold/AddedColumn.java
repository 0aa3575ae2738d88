package dev.sensei.orchestrator.fold;

import java.util.Optional;

/**
 * A column that the source has not, as a person declared it.
 *
 * @param column its name in the target
 * @param type its type in the target; empty for the one of its expression
 * @param expression SQL over a row of the source table; empty where it has a constant
 * @param constant its one value, a literal
 * @param required whether it is NOT NULL in a table that the migration makes
 */
public record AddedColumn(
    String column, String type, String expression, Optional<String> constant, boolean required) {}
