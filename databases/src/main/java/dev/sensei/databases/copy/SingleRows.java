package dev.sensei.databases.copy;

import java.util.List;

/**
 * Rows by where they stand. No chunk of a table: such bounds are in no ledger.
 *
 * @param rows where they stand
 */
public record SingleRows(List<RowLocator> rows) implements ChunkBounds {
  public SingleRows {
    rows = List.copyOf(rows);
  }

  @Override
  public String whereClause() {
    return " WHERE " + RowLocator.in(rows);
  }

  @Override
  public List<String> settings() {
    return List.of();
  }
}
