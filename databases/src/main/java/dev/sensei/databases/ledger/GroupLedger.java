package dev.sensei.databases.ledger;

import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.LedgerTransaction.Durability;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The chunk protocol for several small tables at once: each is one chunk, and all of them land in
 * one transaction, by the same locks and rows as a chunk that lands by itself. So a group and a
 * table of it that goes on by itself cannot both write.
 *
 * <p>The commit is synchronous: what is in the ledger then is settled.
 */
public final class GroupLedger {
  private final LedgerSettings settings;

  public GroupLedger(LedgerSettings settings) {
    this.settings = settings;
  }

  /**
   * Takes tables for their migration, and divides each into the one chunk that it is. Those that
   * somebody has already are left as they are.
   *
   * @param snapshotNumber the snapshot that they will be read under
   * @return who has them now, by table
   */
  public Map<TableKey, TableClaim> claim(
      Connection target, List<TableClaim> claims, int snapshotNumber) {
    return LedgerTransaction.run(
        "claiming %d tables".formatted(claims.size()),
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () -> {
          name(target, claims);
          insertClaims(target, claims);
          Map<TableKey, TableClaim> held = new LinkedHashMap<>();
          for (TableClaim claim : claims) {
            TableClaim found =
                LedgerRows.claim(target, claim.key().table(), LedgerRows.ClaimLock.SHARE)
                    .orElseThrow();
            held.put(claim.key(), found);
            if (found.key().equals(claim.key())
                && found.epoch() == claim.epoch()
                && BoundsRows.allPlanned(target, claim.key().table(), claim.epoch()).isEmpty()) {
              BoundsRows.insert(
                  target,
                  claim.key(),
                  claim.epoch(),
                  snapshotNumber,
                  List.of(ChunkBounds.WHOLE_TABLE));
            }
          }
          return held;
        });
  }

  /**
   * Copies tables that were claimed, but for those that are in already: all of them, or none.
   *
   * @param claims the tables, as they were claimed
   * @param snapshotNumber the snapshot that {@code work} reads under
   * @param worker a name for who does it, at most a line
   * @param work writes the rows, at most once; where it throws, everything is rolled back
   */
  public GroupOutcome copyOnce(
      Connection target,
      List<TableClaim> claims,
      int snapshotNumber,
      String worker,
      GroupWork work) {
    GroupOutcome outcome =
        LedgerTransaction.run(
            "copying %d tables".formatted(claims.size()),
            target,
            settings.lockWait(),
            Durability.SYNCHRONOUS,
            () -> inTransaction(target, claims, snapshotNumber, worker, work));
    Failpoint.AFTER_CHUNK_COMMIT.hit();
    return outcome;
  }

  private GroupOutcome inTransaction(
      Connection target, List<TableClaim> claims, int snapshotNumber, String worker, GroupWork work)
      throws SQLException {
    List<TableKey> notAtEpoch = new ArrayList<>();
    List<TableKey> dividedOtherwise = new ArrayList<>();
    Map<TableKey, ChunkKey> open = new LinkedHashMap<>();
    name(target, claims);
    for (TableClaim claim : claims) {
      TableKey key = claim.key();
      Optional<TableClaim> now = LedgerRows.claim(target, key.table(), LedgerRows.ClaimLock.SHARE);
      if (Ledger.otherEpoch(now, key, claim.epoch()).isPresent()) {
        notAtEpoch.add(key);
      } else {
        open.put(key, new ChunkKey(key, claim.epoch(), 0));
      }
    }
    Failpoint.AFTER_CLAIM.hit();
    ChunkLock.takeAll(target, open.values(), settings.lockWait());
    Map<TableKey, LedgerEntry> entries = new HashMap<>();
    for (ChunkKey chunk : List.copyOf(open.values())) {
      Optional<LedgerEntry> earlier = LedgerRows.entry(target, chunk);
      List<PlannedChunk> planned =
          BoundsRows.allPlanned(target, chunk.table().table(), chunk.epoch());
      if (planned.size() != 1
          || !planned.getFirst().bounds().equals(ChunkBounds.WHOLE_TABLE)
          || planned.getFirst().snapshotNumber() > snapshotNumber) {
        dividedOtherwise.add(chunk.table());
        open.remove(chunk.table());
      } else if (earlier.isPresent()) {
        entries.put(chunk.table(), earlier.get());
        open.remove(chunk.table());
      }
    }
    if (!open.isEmpty()) {
      Failpoint.AFTER_LOOK_UP.hit();
      GroupWork.Done done = work.write(target, List.copyOf(open.keySet()));
      Failpoint.BEFORE_LEDGER_ROW.hit();
      for (ChunkKey chunk : open.values()) {
        ChunkWork.Written written =
            Optional.ofNullable(done.written().get(chunk.table()))
                .orElseThrow(() -> new IllegalStateException("not written: " + chunk.table()));
        entries.put(
            chunk.table(), LedgerRows.insert(target, chunk, snapshotNumber, written, worker));
      }
      mark(target, open.keySet().iterator().next().migrationId(), done.marks());
    }
    Failpoint.BEFORE_CHUNK_COMMIT.hit();
    return new GroupOutcome(entries, notAtEpoch, dividedOtherwise);
  }

  private static void insertClaims(Connection target, List<TableClaim> claims) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO sensei_ledger.claim (migration_id, installation_id, table_schema,"
                + " table_name, table_index, epoch, rows_before, created_by_us)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (table_schema, table_name) DO NOTHING")) {
      // In one order for all: two that take the same tables then wait in turn, not in a circle.
      TreeMap<String, TableClaim> ordered = new TreeMap<>();
      claims.forEach(claim -> ordered.put(claim.key().table().quoted(), claim));
      for (TableClaim claim : ordered.values()) {
        statement.setString(1, claim.key().migrationId());
        statement.setString(2, claim.installationId());
        statement.setString(3, claim.key().table().schema());
        statement.setString(4, claim.key().table().name());
        statement.setInt(5, claim.tableIndex());
        statement.setLong(6, claim.epoch());
        statement.setLong(7, claim.rowsBefore());
        statement.setBoolean(8, claim.createdByUs());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** Before anything is held, so that whoever raises an epoch finds the session. */
  private static void name(Connection target, List<TableClaim> claims) throws SQLException {
    if (claims.isEmpty()) {
      return;
    }
    IntSummaryStatistics numbers =
        claims.stream().mapToInt(TableClaim::tableIndex).summaryStatistics();
    try (PreparedStatement statement =
        target.prepareStatement("SELECT pg_catalog.set_config('application_name', ?, true)")) {
      statement.setString(
          1,
          WorkerSession.groupApplicationName(
              claims.getFirst().key().migrationId(), numbers.getMin(), numbers.getMax()));
      statement.execute();
    }
  }

  private static void mark(Connection target, String migrationId, List<CreatedObject> marks)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO sensei_ledger.object (migration_id, kind, identity) VALUES (?, ?, ?)")) {
      for (CreatedObject mark : marks) {
        statement.setString(1, migrationId);
        statement.setString(2, mark.kind());
        statement.setString(3, mark.identity());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }
}
