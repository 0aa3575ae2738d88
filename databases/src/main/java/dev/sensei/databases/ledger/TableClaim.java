package dev.sensei.databases.ledger;

import java.util.Optional;

/**
 * What the ledger holds on a table.
 *
 * @param key the table and the migration that has it
 * @param installationId the installation that the migration belongs to
 * @param tableIndex the table's number in its migration
 * @param epoch the epoch that may write; rises when a table starts again
 * @param rowsBefore how many rows the table held when it was claimed
 * @param createdByUs whether the migration created the table
 * @param staging where its rows wait to join those of others; empty where they go into the table
 */
public record TableClaim(
    TableKey key,
    String installationId,
    int tableIndex,
    long epoch,
    long rowsBefore,
    boolean createdByUs,
    Optional<Staging> staging) {

  /** A claim of a table that rows go straight into. */
  public TableClaim(
      TableKey key,
      String installationId,
      int tableIndex,
      long epoch,
      long rowsBefore,
      boolean createdByUs) {
    this(key, installationId, tableIndex, epoch, rowsBefore, createdByUs, Optional.empty());
  }

  /** Whether what is ours can be taken away and nothing else. */
  public boolean mayBeEmptied() {
    return createdByUs || rowsBefore == 0 || staging.isPresent();
  }

  TableClaim withStaging(Staging made) {
    return new TableClaim(
        key,
        installationId,
        tableIndex,
        epoch,
        made.othersBefore().rows(),
        createdByUs,
        Optional.of(made));
  }
}
