package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.Table;
import java.util.List;
import java.util.Optional;

/**
 * A table of the source, and what becomes of it.
 *
 * @param source the table in the source
 * @param target its name in the target
 * @param declared whether a person said anything of its columns
 * @param columns the columns that it has in the target, in order
 */
record MappedTable(Table source, TableName target, boolean declared, List<MappedColumn> columns) {
  MappedTable {
    columns = List.copyOf(columns);
  }

  boolean renamed() {
    return !source.name().equals(target);
  }

  /** The column that a source column becomes; absent where it is dropped. */
  Optional<MappedColumn> of(String sourceColumn) {
    return columns.stream()
        .filter(
            column -> column.source().map(Column::name).filter(sourceColumn::equals).isPresent())
        .findFirst();
  }

  /** A column for messages, by its name in the target. */
  String named(MappedColumn column) {
    return target + "." + SqlIdentifier.quoteWhereNeeded(column.target());
  }
}
