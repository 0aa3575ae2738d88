package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.util.Optional;

/**
 * A sequence, without its value.
 *
 * @param type {@code smallint}, {@code integer} or {@code bigint}
 * @param cache how many values a session takes at once
 * @param ownedBy the column it is dropped with
 */
public record Sequence(
    TableName name,
    String type,
    long start,
    long increment,
    long minimum,
    long maximum,
    long cache,
    boolean cycle,
    boolean unlogged,
    Optional<OwningColumn> ownedBy,
    String owner,
    Optional<String> comment) {

  /** The column that a sequence belongs to. */
  public record OwningColumn(TableName table, String column) {}
}
