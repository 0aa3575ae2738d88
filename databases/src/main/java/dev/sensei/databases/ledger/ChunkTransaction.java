package dev.sensei.databases.ledger;

import dev.sensei.databases.failpoint.Failpoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The chunk protocol: everything that makes a chunk land exactly once happens in the one
 * transaction that writes it.
 *
 * <ol>
 *   <li>The claim's row is read FOR SHARE and its epoch compared. The lock holds until the commit,
 *       so nobody raises the epoch under a writer; and whoever comes after a raise sees it.
 *   <li>The chunk's advisory lock is taken, then the ledger looked up. Of two sessions with the
 *       same chunk, the second waits, and then finds the first one's row.
 *   <li>The rows are written.
 *   <li>The ledger's row is written.
 *   <li>The transaction commits: rows and ledger row, or neither.
 * </ol>
 */
final class ChunkTransaction {
  private final LedgerSettings settings;

  ChunkTransaction(LedgerSettings settings) {
    this.settings = settings;
  }

  CopyOutcome run(
      Connection target, ChunkKey key, int snapshotNumber, String worker, ChunkWork work) {
    CopyOutcome outcome =
        LedgerTransaction.run(
            "copying " + key,
            target,
            settings.lockWait(),
            LedgerTransaction.Durability.ASYNCHRONOUS,
            () -> inTransaction(target, key, snapshotNumber, worker, work));
    if (outcome instanceof CopyOutcome.Copied) {
      Failpoint.AFTER_CHUNK_COMMIT.hit();
    }
    return outcome;
  }

  private CopyOutcome inTransaction(
      Connection target, ChunkKey key, int snapshotNumber, String worker, ChunkWork work)
      throws SQLException {
    Optional<TableClaim> claim = hold(target, key.table());
    if (claim.isEmpty() || !claim.get().key().equals(key.table())) {
      return new CopyOutcome.Superseded(OptionalLong.empty());
    }
    if (claim.get().epoch() != key.epoch()) {
      return new CopyOutcome.Superseded(OptionalLong.of(claim.get().epoch()));
    }
    Failpoint.AFTER_CLAIM.hit();
    ChunkLock.takeAll(target, List.of(key), settings.lockWait());
    Optional<LedgerEntry> earlier = LedgerRows.entry(target, key);
    if (earlier.isPresent()) {
      return new CopyOutcome.AlreadyCopied(earlier.get());
    }
    Optional<PlannedChunk> planned = BoundsRows.planned(target, key);
    if (planned.isEmpty()) {
      return new CopyOutcome.NotPlanned();
    }
    // A later snapshot at the same epoch shows the same rows, else the epoch would have been
    // raised.
    if (planned.get().snapshotNumber() > snapshotNumber) {
      return new CopyOutcome.OtherSnapshot(planned.get().snapshotNumber());
    }
    Failpoint.AFTER_LOOK_UP.hit();
    ChunkWork.Written written = work.write(target, planned.get());
    Failpoint.BEFORE_LEDGER_ROW.hit();
    LedgerEntry entry = LedgerRows.insert(target, key, snapshotNumber, written, worker);
    Failpoint.BEFORE_CHUNK_COMMIT.hit();
    return new CopyOutcome.Copied(entry);
  }

  /**
   * The claim, held until the commit. The session wears the table's name before it holds anything,
   * so whoever raises the epoch finds every session that is in the way.
   */
  static Optional<TableClaim> hold(Connection target, TableKey key) throws SQLException {
    Optional<TableClaim> seen = LedgerRows.claim(target, key.table(), LedgerRows.ClaimLock.NONE);
    if (seen.isEmpty() || !seen.get().key().equals(key)) {
      return seen;
    }
    nameSession(target, seen.get());
    return LedgerRows.claim(target, key.table(), LedgerRows.ClaimLock.SHARE);
  }

  /**
   * The name is the transaction's alone: a session that serves many tables is none's in between.
   */
  static void nameSession(Connection target, TableClaim claim) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("SELECT pg_catalog.set_config('application_name', ?, true)")) {
      statement.setString(
          1,
          WorkerSession.applicationName(
              claim.key().migrationId(), claim.tableIndex(), claim.epoch()));
      statement.execute();
    }
  }
}
