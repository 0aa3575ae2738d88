package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A view or materialised view.
 *
 * @param definition the query, without a semicolon at its end
 * @param columns in order
 * @param populated whether a materialised view has been filled
 * @param indexes of a materialised view
 * @param rules triggers and rewrite rules other than the view itself
 * @param dependsOn what has to exist before it, as {@link ObjectName} writes it
 */
public record View(
    TableName name,
    boolean materialized,
    String definition,
    List<ViewColumn> columns,
    boolean populated,
    List<String> options,
    List<Index> indexes,
    List<TableRule> rules,
    Optional<String> clusteredOn,
    Optional<String> tablespace,
    String owner,
    Optional<String> comment,
    List<String> dependsOn) {
  public View {
    columns = List.copyOf(columns);
    options = List.copyOf(options);
    indexes = List.copyOf(indexes);
    rules = List.copyOf(rules);
    dependsOn = List.copyOf(dependsOn);
  }

  /** A column of a view, with the default that an INSERT into the view takes. */
  public record ViewColumn(
      String name, String type, Optional<String> defaultExpression, Optional<String> comment) {}
}
