package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.catalog.Column;
import java.util.Optional;

/**
 * A column that a table of the target gets from the source.
 *
 * @param target its name in the target
 * @param source the source's column that it comes from; absent for one that is added
 * @param expression SQL over a row of the source that gives its values; absent where they are the
 *     source column's own
 * @param literal whether the expression is a literal that we wrote
 * @param askedType the type that a person asked for, as it was written; absent where none was
 * @param declared whether a person said anything of it
 * @param required whether it is NOT NULL, for one that is added
 */
record MappedColumn(
    String target,
    Optional<Column> source,
    Optional<String> expression,
    boolean literal,
    Optional<String> askedType,
    boolean declared,
    boolean required) {

  /** A column as it is. */
  static MappedColumn same(Column column) {
    return new MappedColumn(
        column.name(),
        Optional.of(column),
        Optional.empty(),
        false,
        Optional.empty(),
        false,
        false);
  }

  /** The source column's name; empty where there is none. */
  String sourceName() {
    return source.map(Column::name).orElse("");
  }
}
