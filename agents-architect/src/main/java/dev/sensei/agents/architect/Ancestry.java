package dev.sensei.agents.architect;

import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.catalog.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The partitioned tables that each table is a partition of, by their names in the source: what is
 * said of one holds for the rows of all that are below it.
 *
 * @param parents of each partition, the table that it is a partition of
 */
record Ancestry(Map<TableName, TableName> parents) {
  Ancestry {
    parents = Map.copyOf(parents);
  }

  /** Among the tables of a source. */
  static Ancestry of(Catalog source) {
    Map<TableName, TableName> parents = new HashMap<>();
    for (Table table : source.tables()) {
      table
          .partition()
          .map(Partition::parent)
          .ifPresent(parent -> parents.put(table.name(), parent));
    }
    return new Ancestry(parents);
  }

  /** A table, then what it is a partition of, up to the top. */
  List<TableName> of(TableName table) {
    List<TableName> line = new ArrayList<>();
    Optional<TableName> at = Optional.of(table);
    while (at.isPresent()) {
      line.add(at.get());
      at = Optional.ofNullable(parents.get(at.get()));
    }
    return line;
  }
}
