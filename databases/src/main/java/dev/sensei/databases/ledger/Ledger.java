package dev.sensei.databases.ledger;

import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.ChunkResult;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.LedgerTransaction.Durability;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * The record, in schema {@code sensei_ledger} of the target, of which migration has which table and
 * which chunks are in. It lives while migrations run and is gone afterwards.
 *
 * <p>Every method takes a session of the target, runs one transaction on it (rolling back whatever
 * it finds open), and leaves it with auto-commit on. The methods throw {@link DatabaseException}
 * where the target fails; what is to be expected has result types. Safe for use by several threads,
 * each with its own session.
 */
public final class Ledger {
  private final LedgerSettings settings;

  public Ledger(LedgerSettings settings) {
    this.settings = settings;
  }

  /**
   * Makes sure that the ledger is there and knows the migration. May be called any number of times,
   * by any number of sessions at once.
   *
   * @throws ForeignInstallation where another installation has a migration in this target
   */
  public void install(Connection target, String installationId, String migrationId) {
    inTransaction(
        "installing the ledger",
        target,
        () -> {
          LedgerSchema.lock(target);
          if (!LedgerSchema.exists(target)) {
            LedgerSchema.create(target);
          }
          refuseForeign(target, installationId);
          try (PreparedStatement statement =
              target.prepareStatement(
                  "INSERT INTO sensei_ledger.installation (migration_id, installation_id)"
                      + " VALUES (?, ?) ON CONFLICT DO NOTHING")) {
            statement.setString(1, migrationId);
            statement.setString(2, installationId);
            return statement.executeUpdate();
          }
        });
  }

  /**
   * Takes a table of the target for its migration.
   *
   * @param claim with the epoch to start at
   */
  public ClaimOutcome claim(Connection target, TableClaim claim) {
    return claim(target, claim, session -> {});
  }

  /**
   * The same, with work of the caller's in the transaction that takes the table, behind the taking:
   * such as looking at its rows. Where the work throws, the table is not taken.
   */
  public ClaimOutcome claim(Connection target, TableClaim claim, Once whenTaken) {
    return take(
        target,
        claim,
        () -> {
          whenTaken.run(target);
          return claim;
        });
  }

  /**
   * Takes a table that holds rows of others, or may: makes its {@link Staging}, and digests what it
   * holds, in the transaction that takes it. Reads the whole table.
   *
   * @param copied the columns that will be copied
   * @return a claim with how many rows there are, and the staging
   */
  public ClaimOutcome claimBeside(Connection target, TableClaim claim, List<String> copied) {
    return take(
        target,
        claim,
        () -> {
          LedgerTransaction.waitWithoutBound(target);
          return claim.withStaging(StagedRows.create(target, claim, copied));
        });
  }

  private ClaimOutcome take(
      Connection target, TableClaim claim, LedgerTransaction.Body<TableClaim> whenTaken) {
    TableName table = claim.key().table();
    return inTransaction(
        "claiming " + claim.key(),
        target,
        () -> {
          int inserted;
          try (PreparedStatement statement =
              target.prepareStatement(
                  "INSERT INTO sensei_ledger.claim (migration_id, installation_id, table_schema,"
                      + " table_name, table_index, epoch, rows_before, created_by_us)"
                      + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                      + " ON CONFLICT (table_schema, table_name) DO NOTHING")) {
            statement.setString(1, claim.key().migrationId());
            statement.setString(2, claim.installationId());
            statement.setString(3, table.schema());
            statement.setString(4, table.name());
            statement.setInt(5, claim.tableIndex());
            statement.setLong(6, claim.epoch());
            statement.setLong(7, claim.rowsBefore());
            statement.setBoolean(8, claim.createdByUs());
            inserted = statement.executeUpdate();
          }
          if (inserted == 1) {
            return new ClaimOutcome.Claimed(whenTaken.run());
          }
          TableClaim found =
              LedgerRows.claim(target, table, LedgerRows.ClaimLock.NONE).orElseThrow();
          return found.key().equals(claim.key())
              ? new ClaimOutcome.AlreadyOurs(found)
              : new ClaimOutcome.HeldByOther(found);
        });
  }

  /** The claim on a table, whoever has it; empty where nobody does, or where there is no ledger. */
  public Optional<TableClaim> claimOn(Connection target, TableName table) {
    return inTransaction(
        "reading the claim on " + table,
        target,
        () -> LedgerRows.claim(target, table, LedgerRows.ClaimLock.NONE));
  }

  /**
   * Keeps how a table is cut. Tasks then name chunks by number; bounds, which tell of the source's
   * content, stay here.
   */
  public BoundsOutcome storeBounds(
      Connection target, TableKey key, long epoch, int snapshotNumber, List<ChunkBounds> bounds) {
    return inTransaction(
        "storing the chunks of " + key,
        target,
        () -> {
          Optional<TableClaim> claim =
              LedgerRows.claim(target, key.table(), LedgerRows.ClaimLock.UPDATE);
          Optional<OptionalLong> other = otherEpoch(claim, key, epoch);
          if (other.isPresent()) {
            return new BoundsOutcome.Superseded(other.get());
          }
          List<PlannedChunk> before = BoundsRows.allPlanned(target, key.table(), epoch);
          if (!before.isEmpty()) {
            return new BoundsOutcome.AlreadyStored(before);
          }
          BoundsRows.insert(target, key, epoch, snapshotNumber, bounds);
          return new BoundsOutcome.Stored(BoundsRows.allPlanned(target, key.table(), epoch));
        });
  }

  /**
   * Copies a chunk, unless it was copied before: the protocol that makes it land exactly once. The
   * commit may be asynchronous; {@link #settle} makes sure of it.
   *
   * @param snapshotNumber the snapshot that {@code work} reads under
   * @param worker a name for who does it, at most a line
   * @param work writes the rows, at most once; where it throws, everything is rolled back
   */
  public CopyOutcome copyOnce(
      Connection target, ChunkKey key, int snapshotNumber, String worker, ChunkWork work) {
    return new ChunkTransaction(settings).run(target, key, snapshotNumber, worker, work);
  }

  /**
   * Starts a table again: ends the sessions that write it under older epochs, then empties table
   * and ledger and raises the epoch in one transaction. A worker of an older epoch cannot write
   * after this has returned, whatever it had in hand.
   */
  public RaiseOutcome raiseEpoch(Connection target, TableKey key, long newEpoch) {
    return raiseEpoch(target, key, newEpoch, session -> {});
  }

  /**
   * The same, with work of the caller's in the transaction that empties the table, before it does:
   * such as dropping the foreign keys that would hold rows in place.
   */
  public RaiseOutcome raiseEpoch(
      Connection target, TableKey key, long newEpoch, Once beforeEmptying) {
    return new EpochRaise(settings).run(target, key, newEpoch, beforeEmptying);
  }

  /**
   * Reads what the ledger has, and makes one synchronous commit, which makes all earlier ones
   * durable. What it says is there survives a crash of the target. Waits for chunks in flight, and
   * lets none begin before the commit: one that came in between might be read and not be durable.
   */
  public Settlement settle(Connection target, TableKey key, long epoch) {
    Settlement settlement =
        inTransaction(
            "settling " + key,
            target,
            () -> {
              Optional<TableClaim> claim =
                  LedgerRows.claim(target, key.table(), LedgerRows.ClaimLock.UPDATE);
              Optional<OptionalLong> other = otherEpoch(claim, key, epoch);
              if (other.isPresent()) {
                return new Settlement.Superseded(other.get());
              }
              markSettled(target, key.table());
              Settlement settled = readSettled(target, key, epoch);
              Failpoint.BEFORE_SETTLE_COMMIT.hit();
              return settled;
            });
    if (settlement instanceof Settlement.Settled) {
      Failpoint.AFTER_SETTLE_COMMIT.hit();
    }
    return settlement;
  }

  /** What was copied of a table in one epoch, by chunk number. */
  public List<LedgerEntry> entries(Connection target, TableKey key, long epoch) {
    return inTransaction(
        "reading the ledger of " + key,
        target,
        () ->
            LedgerSchema.exists(target)
                ? LedgerRows.entries(target, key.table(), epoch)
                : List.<LedgerEntry>of());
  }

  /** Remembers that the migration created something. To be called in no other transaction. */
  public void recordObject(Connection target, String migrationId, CreatedObject object) {
    inTransaction(
        "recording an object",
        target,
        () -> {
          try (PreparedStatement statement =
              target.prepareStatement(
                  "INSERT INTO sensei_ledger.object (migration_id, kind, identity)"
                      + " VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
            statement.setString(1, migrationId);
            statement.setString(2, object.kind());
            statement.setString(3, object.identity());
            return statement.executeUpdate();
          }
        });
  }

  /** Work on the target in a transaction that is the caller's no further than this. */
  @FunctionalInterface
  public interface Once {
    void run(Connection target) throws SQLException;
  }

  /**
   * Does a piece of work unless it was done before: its mark is made in the same transaction. Of
   * two sessions with the same mark the second waits for the first.
   *
   * @param mark what the work is known by, within the migration
   * @param doing the work as a phrase, for messages
   * @return whether it was done now
   */
  public boolean once(
      Connection target, String migrationId, CreatedObject mark, String doing, Once work) {
    return inTransaction(
        doing,
        target,
        () -> {
          LedgerTransaction.waitWithoutBound(target);
          try (PreparedStatement statement =
              target.prepareStatement(
                  "INSERT INTO sensei_ledger.object (migration_id, kind, identity)"
                      + " VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
            statement.setString(1, migrationId);
            statement.setString(2, mark.kind());
            statement.setString(3, mark.identity());
            if (statement.executeUpdate() == 0) {
              return false;
            }
          }
          work.run(target);
          return true;
        });
  }

  /** What the migration created, the last first. */
  public List<CreatedObject> objects(Connection target, String migrationId) {
    return inTransaction(
        "reading what the migration created",
        target,
        () -> {
          List<CreatedObject> objects = new ArrayList<>();
          if (!LedgerSchema.exists(target)) {
            return objects;
          }
          try (PreparedStatement statement =
              target.prepareStatement(
                  "SELECT kind, identity FROM sensei_ledger.object WHERE migration_id = ?"
                      + " ORDER BY number DESC")) {
            statement.setString(1, migrationId);
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                objects.add(new CreatedObject(row.getString(1), row.getString(2)));
              }
            }
          }
          return objects;
        });
  }

  /**
   * Takes everything of a migration out of the ledger, and the ledger's schema away where no other
   * migration is in it. Does nothing where that was done before.
   *
   * @return whether the schema is gone
   */
  public boolean remove(Connection target, String migrationId) {
    return inTransaction(
        "removing the migration from the ledger",
        target,
        () -> {
          LedgerSchema.lock(target);
          if (!LedgerSchema.exists(target)) {
            return true;
          }
          StagedRows.drop(target, migrationId);
          // The claims go first: that waits for chunks in flight.
          for (String table :
              List.of(
                  "claim",
                  "chunk",
                  "chunk_bounds",
                  "chunk_key",
                  "queued_row",
                  "known_fault",
                  "object",
                  "installation")) {
            try (PreparedStatement statement =
                target.prepareStatement(
                    "DELETE FROM sensei_ledger." + table + " WHERE migration_id = ?")) {
              statement.setString(1, migrationId);
              statement.executeUpdate();
            }
            Failpoint.MID_REMOVE.hit();
          }
          try (Statement statement = target.createStatement();
              ResultSet row =
                  statement.executeQuery(
                      "SELECT NOT EXISTS (SELECT FROM sensei_ledger.installation)")) {
            row.next();
            if (!row.getBoolean(1)) {
              return false;
            }
          }
          LedgerSchema.drop(target);
          return true;
        });
  }

  private <T> T inTransaction(String doing, Connection target, LedgerTransaction.Body<T> body) {
    return LedgerTransaction.run(doing, target, settings.lockWait(), Durability.SYNCHRONOUS, body);
  }

  private static void refuseForeign(Connection target, String installationId) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT installation_id, migration_id FROM sensei_ledger.installation"
                + " WHERE installation_id <> ? ORDER BY migration_id LIMIT 1")) {
      statement.setString(1, installationId);
      try (ResultSet row = statement.executeQuery()) {
        if (row.next()) {
          throw new ForeignInstallation(row.getString(1), row.getString(2));
        }
      }
    }
  }

  /** The epoch that holds instead, where it is not this migration at this epoch. */
  static Optional<OptionalLong> otherEpoch(Optional<TableClaim> claim, TableKey key, long epoch) {
    if (claim.isEmpty() || !claim.get().key().equals(key)) {
      return Optional.of(OptionalLong.empty());
    }
    return claim.get().epoch() == epoch
        ? Optional.empty()
        : Optional.of(OptionalLong.of(claim.get().epoch()));
  }

  private static void markSettled(Connection target, TableName table) throws SQLException {
    // A commit without a write of its own is not flushed, and so would flush nothing before it.
    try (PreparedStatement statement =
        target.prepareStatement(
            "UPDATE sensei_ledger.claim SET settled_at = pg_catalog.clock_timestamp()"
                + " WHERE table_schema = ? AND table_name = ?")) {
      statement.setString(1, table.schema());
      statement.setString(2, table.name());
      statement.executeUpdate();
    }
  }

  private Settlement readSettled(Connection target, TableKey key, long epoch) throws SQLException {
    List<PlannedChunk> planned = BoundsRows.allPlanned(target, key.table(), epoch);
    Set<Integer> present = new HashSet<>();
    ChunkResult total = ChunkResult.EMPTY;
    long setAside = 0;
    TreeMap<String, Long> deviations = new TreeMap<>();
    for (LedgerEntry entry : LedgerRows.entries(target, key.table(), epoch)) {
      present.add(entry.key().chunk());
      total = total.plus(entry.result());
      setAside += entry.setAside();
      entry.deviations().forEach((kind, count) -> deviations.merge(kind, count, Long::sum));
    }
    List<Integer> missing =
        planned.stream()
            .map(PlannedChunk::chunk)
            .filter(chunk -> !present.contains(chunk))
            .limit(settings.missingListed())
            .toList();
    return new Settlement.Settled(
        planned.size(), present.size(), missing, total, setAside, deviations);
  }
}
