package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.util.List;
import java.util.Optional;

/**
 * An index that no constraint owns.
 *
 * @param name with its table's schema
 * @param columns in key order, expressions left out
 * @param definition the whole {@code CREATE INDEX}, without a tablespace
 * @param valid whether it is complete; one that is not is not carried
 * @param parentIndex the partitioned table's index that it is part of
 */
public record Index(
    TableName name,
    boolean unique,
    List<String> columns,
    String definition,
    boolean valid,
    Optional<String> tablespace,
    List<IndexStatistics> statistics,
    Optional<TableName> parentIndex,
    Optional<String> comment) {
  public Index {
    columns = List.copyOf(columns);
    statistics = List.copyOf(statistics);
  }
}
