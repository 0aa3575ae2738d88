package dev.sensei.databases.rules;

import dev.sensei.databases.TableName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table of the source as its rules see it.
 *
 * @param source the table
 * @param only whether it is read without its partitions and children
 * @param columns the SQL of each target column's value, repaired
 * @param setAsideSql the condition that a row is set aside for one of its values
 * @param setRules what its rows have to keep together
 */
public record RuledTable(
    TableName source,
    boolean only,
    Map<String, String> columns,
    String setAsideSql,
    List<SetRule> setRules) {
  public RuledTable {
    columns = Map.copyOf(new LinkedHashMap<>(columns));
    setRules = List.copyOf(setRules);
  }

  String from() {
    return (only ? "ONLY " : "") + source.quoted();
  }

  String value(String column) {
    return Optional.ofNullable(columns.get(column))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected a column %s among those that are copied from %s, found none"
                        .formatted(column, source)));
  }
}
