package dev.sensei.databases.ledger;

import dev.sensei.databases.TableName;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.failpoint.Failpoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Starts a table again under a new epoch.
 *
 * <p>Ending the sessions of older epochs makes room: a worker that hangs in the middle of a chunk
 * would hold its lock for long. What fences is the claim's row: a writer holds it FOR SHARE until
 * its commit, so the raise waits for every writer; and a writer that comes later sees the new
 * epoch.
 */
final class EpochRaise {
  private static final String POLL = "SELECT pg_catalog.pg_sleep(0.05)";

  private final LedgerSettings settings;

  EpochRaise(LedgerSettings settings) {
    this.settings = settings;
  }

  RaiseOutcome run(Connection target, TableKey key, long newEpoch, Ledger.Once beforeEmptying) {
    Optional<TableClaim> seen =
        LedgerTransaction.run(
            "reading the claim on " + key,
            target,
            settings.lockWait(),
            LedgerTransaction.Durability.SYNCHRONOUS,
            () -> LedgerRows.claim(target, key.table(), LedgerRows.ClaimLock.NONE));
    Optional<RaiseOutcome> refusal = refusal(seen, key, newEpoch);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    int ended = endOlder(target, key, seen.orElseThrow().tableIndex(), newEpoch);
    Failpoint.BEFORE_EMPTYING.hit();
    RaiseOutcome outcome =
        LedgerTransaction.run(
            "starting " + key + " again",
            target,
            settings.lockWait(),
            LedgerTransaction.Durability.SYNCHRONOUS,
            () -> {
              Optional<TableClaim> claim =
                  LedgerRows.claim(target, key.table(), LedgerRows.ClaimLock.UPDATE);
              Optional<RaiseOutcome> late = refusal(claim, key, newEpoch);
              if (late.isPresent()) {
                return late.get();
              }
              beforeEmptying.run(target);
              boolean truncated = empty(target, claim.orElseThrow());
              LedgerRows.deleteChunks(target, key.table());
              setEpoch(target, key.table(), newEpoch);
              Failpoint.BEFORE_EPOCH_COMMIT.hit();
              return new RaiseOutcome.Raised(ended, truncated);
            });
    if (outcome instanceof RaiseOutcome.Raised) {
      Failpoint.AFTER_EPOCH_COMMIT.hit();
    }
    return outcome;
  }

  private static Optional<RaiseOutcome> refusal(
      Optional<TableClaim> claim, TableKey key, long newEpoch) {
    if (claim.isEmpty() || !claim.get().key().equals(key)) {
      return Optional.of(new RaiseOutcome.Superseded(OptionalLong.empty()));
    }
    long epoch = claim.get().epoch();
    if (epoch == newEpoch) {
      return Optional.of(new RaiseOutcome.AlreadyThere());
    }
    if (epoch > newEpoch) {
      return Optional.of(new RaiseOutcome.Superseded(OptionalLong.of(epoch)));
    }
    if (!claim.get().mayBeEmptied()) {
      return Optional.of(new RaiseOutcome.HoldsOthersRows(claim.get().rowsBefore()));
    }
    return Optional.empty();
  }

  /** Terminates sessions of older epochs until none is left, or the wait is over. */
  private int endOlder(Connection target, TableKey key, int tableIndex, long newEpoch) {
    return DatabaseErrors.call(
        "ending sessions that write " + key,
        () -> {
          long deadline = System.nanoTime() + settings.endWait().toNanos();
          OptionalInt ended = OptionalInt.empty();
          while (true) {
            List<Integer> older = older(target, key.migrationId(), tableIndex, newEpoch);
            if (ended.isEmpty()) {
              ended = OptionalInt.of(older.size());
            }
            // One that outlives the wait is left to the claim's lock, whose wait has its own bound.
            if (older.isEmpty() || System.nanoTime() > deadline) {
              return ended.getAsInt();
            }
            for (int pid : older) {
              try (Statement statement = target.createStatement()) {
                statement.execute("SELECT pg_catalog.pg_terminate_backend(" + pid + ")");
              }
            }
            try (Statement statement = target.createStatement()) {
              statement.execute(POLL);
            }
          }
        });
  }

  /** Those that write the table by itself, and those that may write it as one of several. */
  private static List<Integer> older(
      Connection target, String migrationId, int tableIndex, long newEpoch) throws SQLException {
    String prefix = WorkerSession.prefix(migrationId, tableIndex);
    List<Integer> pids = new ArrayList<>();
    try (Statement statement = target.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pid, application_name FROM pg_catalog.pg_stat_activity"
                    + " WHERE datname = pg_catalog.current_database()"
                    + " AND pid <> pg_catalog.pg_backend_pid()"
                    + " AND application_name LIKE 'sensei-worker/%'")) {
      while (row.next()) {
        String name = row.getString(2);
        OptionalLong epoch = WorkerSession.epoch(name, prefix);
        if ((epoch.isPresent() && epoch.getAsLong() < newEpoch)
            || WorkerSession.mayWriteInGroup(name, migrationId, tableIndex)) {
          pids.add(row.getInt(1));
        }
      }
    }
    return pids;
  }

  /** Takes what is ours out of the table; true by TRUNCATE, false by DELETE. */
  private static boolean empty(Connection target, TableClaim claim) throws SQLException {
    TableName table = claim.key().table();
    if (claim.staging().isPresent()) {
      StagedRows.takeBack(target, table, claim.staging().get());
      return false;
    }
    Savepoint before = target.setSavepoint();
    try (Statement statement = target.createStatement()) {
      statement.execute("TRUNCATE ONLY " + table.quoted());
      return true;
    } catch (SQLException e) {
      String state = e.getSQLState();
      // No TRUNCATE privilege; a partitioned table; or a foreign key points here.
      boolean deletable = "42501".equals(state) || "0A000".equals(state) || "42809".equals(state);
      if (!deletable) {
        throw e;
      }
      target.rollback(before);
    }
    try (Statement statement = target.createStatement()) {
      statement.execute("DELETE FROM ONLY " + table.quoted());
    }
    return false;
  }

  private static void setEpoch(Connection target, TableName table, long epoch) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "UPDATE sensei_ledger.claim SET epoch = ?, settled_at = NULL"
                + " WHERE table_schema = ? AND table_name = ?")) {
      statement.setLong(1, epoch);
      statement.setString(2, table.schema());
      statement.setString(3, table.name());
      statement.executeUpdate();
    }
  }
}
