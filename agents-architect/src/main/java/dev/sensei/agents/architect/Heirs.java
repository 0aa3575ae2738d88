package dev.sensei.agents.architect;

import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tables with parents as they will be where they are made: the parents' columns come first, then
 * those of their own, whatever order they came to have over the years.
 */
final class Heirs {
  private final Map<TableName, Table> tables = new HashMap<>();

  /** Heirs among the source's tables. */
  Heirs(List<Table> tables) {
    tables.forEach(table -> this.tables.put(table.name(), table));
  }

  /** The table with its columns in the order that they will have. */
  Table asMade(Table table) {
    if (table.inherits().isEmpty()) {
      return table;
    }
    Set<String> names = new LinkedHashSet<>();
    for (TableName parent : table.inherits()) {
      Optional.ofNullable(tables.get(parent))
          .ifPresent(known -> asMade(known).columns().forEach(column -> names.add(column.name())));
    }
    table.columns().forEach(column -> names.add(column.name()));
    List<Column> ordered = new ArrayList<>();
    for (String name : names) {
      table.column(name).ifPresent(column -> ordered.add(column.at(ordered.size() + 1)));
    }
    return table.withColumns(ordered);
  }

  /** What of the table will not be as it was. */
  Optional<NotCarried> exception(Table table) {
    return asMade(table).equals(table)
        ? Optional.empty()
        : Optional.of(
            new NotCarried(
                "order of columns",
                table.name().toString(),
                "its parents' columns come first in the target; statements that name no columns"
                    + " meet another order"));
  }
}
