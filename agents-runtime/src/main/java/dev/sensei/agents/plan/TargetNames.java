package dev.sensei.agents.plan;

import dev.sensei.databases.TableName;
import dev.sensei.schemas.common.Options;
import java.util.HashMap;
import java.util.Map;

/** The names of tables in the target, as a person declared them. */
public final class TargetNames {
  private final Map<TableName, TableName> declared = new HashMap<>();

  /**
   * The names that options declare.
   *
   * @throws IllegalArgumentException where one is no table's name
   */
  public TargetNames(Options options) {
    options
        .getMappings()
        .forEach(
            mapping -> {
              if (!mapping.getTarget().isEmpty()) {
                declared.put(
                    TableName.parse(mapping.getTable()), TableName.parse(mapping.getTarget()));
              }
            });
  }

  /** The name in the target of a table of the source. */
  public TableName of(TableName source) {
    return declared.getOrDefault(source, source);
  }
}
