package dev.sensei.databases.ledger;

/**
 * What the ledger holds on a table.
 *
 * @param key the table and the migration that has it
 * @param installationId the installation that the migration belongs to
 * @param tableIndex the table's number in its migration
 * @param epoch the epoch that may write; rises when a table starts again
 * @param rowsBefore how many rows the table held when it was claimed
 * @param createdByUs whether the migration created the table
 */
public record TableClaim(
    TableKey key,
    String installationId,
    int tableIndex,
    long epoch,
    long rowsBefore,
    boolean createdByUs) {

  /** Whether everything in the table is ours, so that it may be emptied. */
  public boolean mayBeEmptied() {
    return createdByUs || rowsBefore == 0;
  }
}
