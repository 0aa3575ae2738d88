package dev.sensei.databases.ledger;

/**
 * A chunk, as a task names it.
 *
 * @param table the table
 * @param epoch of the table that the task was issued for
 * @param chunk the chunk's number, from 0
 */
public record ChunkKey(TableKey table, long epoch, int chunk) {
  @Override
  public String toString() {
    return "chunk " + chunk + " of " + table + " in epoch " + epoch;
  }
}
