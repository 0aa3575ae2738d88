package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A constraint that an index upholds: primary key, unique or exclusion.
 *
 * @param columns in key order; empty for an exclusion over expressions
 * @param included columns behind {@code INCLUDE}
 * @param definition such as {@code PRIMARY KEY (id)}, without what the fields below say
 * @param options of its index, such as {@code fillfactor=70}
 * @param indexStatistics statistics targets of its index
 * @param parentIndex the partitioned table's index that its index is part of
 * @param indexComment the comment on the index, {@code comment} being that on the constraint
 */
public record Key(
    String name,
    Kind kind,
    List<String> columns,
    List<String> included,
    String definition,
    boolean deferrable,
    boolean initiallyDeferred,
    List<String> options,
    Optional<String> tablespace,
    List<IndexStatistics> indexStatistics,
    Optional<TableName> parentIndex,
    Optional<String> comment,
    Optional<String> indexComment) {
  /** What a key upholds. */
  public enum Kind {
    PRIMARY_KEY,
    UNIQUE,
    EXCLUSION
  }

  public Key {
    columns = List.copyOf(columns);
    included = List.copyOf(included);
    options = List.copyOf(options);
    indexStatistics = List.copyOf(indexStatistics);
  }
}
