package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the rows of a table come from.
 *
 * @param source the table in the source
 * @param columns by their names in the target
 * @param dropped columns of the source that the target is not to have
 */
public record TableOrigin(
    TableName source, Map<String, ColumnOrigin> columns, List<ColumnOrigin> dropped) {
  public TableOrigin {
    columns = Map.copyOf(columns);
    dropped = List.copyOf(dropped);
  }

  /**
   * Where a column's values come from.
   *
   * @throws IllegalArgumentException where the table has no such column
   */
  public ColumnOrigin of(String column) {
    return Optional.ofNullable(columns.get(column))
        .orElseThrow(
            () -> new IllegalArgumentException("%s gives no %s".formatted(source, column)));
  }
}
