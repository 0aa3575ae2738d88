package dev.sensei.databases.ledger;

import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkResult;
import dev.sensei.databases.copy.TransportDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The ledger's rows to and from Java. */
final class LedgerRows {
  private static final String ENTRY =
      "SELECT table_schema, table_name, epoch, chunk, migration_id, snapshot_number, rows, bytes,"
          + " digest, set_aside, deviations, worker, committed_at FROM sensei_ledger.chunk";

  private LedgerRows() {}

  /** How a claim's row is locked while it is read. */
  enum ClaimLock {
    NONE(""),
    SHARE(" FOR SHARE"),
    UPDATE(" FOR UPDATE");

    private final String clause;

    ClaimLock(String clause) {
      this.clause = clause;
    }
  }

  static Optional<TableClaim> claim(Connection target, TableName table, ClaimLock lock)
      throws SQLException {
    if (!LedgerSchema.exists(target)) {
      return Optional.empty();
    }
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT migration_id, installation_id, table_index, epoch, rows_before, created_by_us,"
                + " staging, others_before, moved_in_by FROM sensei_ledger.claim WHERE table_schema"
                + " = ? AND table_name = ?"
                + lock.clause)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.name());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        return Optional.of(
            new TableClaim(
                new TableKey(row.getString(1), table),
                row.getString(2),
                row.getInt(3),
                row.getLong(4),
                row.getLong(5),
                row.getBoolean(6),
                StagedRows.read(row, "staging", "others_before", "moved_in_by")));
      }
    }
  }

  static Optional<LedgerEntry> entry(Connection target, ChunkKey key) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            ENTRY + " WHERE table_schema = ? AND table_name = ? AND epoch = ? AND chunk = ?")) {
      bind(statement, key);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(entry(row)) : Optional.empty();
      }
    }
  }

  static List<LedgerEntry> entries(Connection target, TableName table, long epoch)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            ENTRY + " WHERE table_schema = ? AND table_name = ? AND epoch = ? ORDER BY chunk")) {
      statement.setString(1, table.schema());
      statement.setString(2, table.name());
      statement.setLong(3, epoch);
      List<LedgerEntry> entries = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          entries.add(entry(row));
        }
      }
      return entries;
    }
  }

  /** Writes the row and gives it back with the target's clock in it. */
  static LedgerEntry insert(
      Connection target, ChunkKey key, int snapshotNumber, ChunkWork.Written written, String worker)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO sensei_ledger.chunk (table_schema, table_name, epoch, chunk, migration_id,"
                + " snapshot_number, rows, bytes, digest, set_aside, deviations, worker)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " RETURNING table_schema, table_name, epoch, chunk, migration_id,"
                + " snapshot_number, rows, bytes, digest, set_aside, deviations, worker,"
                + " committed_at")) {
      bind(statement, key);
      statement.setString(5, key.table().migrationId());
      statement.setInt(6, snapshotNumber);
      statement.setLong(7, written.result().rows());
      statement.setLong(8, written.result().bytes());
      statement.setString(9, written.result().digest().hex());
      statement.setLong(10, written.setAside());
      statement.setString(11, LedgerEntry.encode(written.deviations()));
      statement.setString(12, worker);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return entry(row);
      }
    }
  }

  static void deleteChunks(Connection target, TableName table) throws SQLException {
    for (String from : List.of("chunk", "chunk_bounds", "chunk_key", "queued_row", "known_fault")) {
      try (PreparedStatement statement =
          target.prepareStatement(
              "DELETE FROM sensei_ledger." + from + " WHERE table_schema = ? AND table_name = ?")) {
        statement.setString(1, table.schema());
        statement.setString(2, table.name());
        statement.executeUpdate();
      }
    }
  }

  private static void bind(PreparedStatement statement, ChunkKey key) throws SQLException {
    statement.setString(1, key.table().table().schema());
    statement.setString(2, key.table().table().name());
    statement.setLong(3, key.epoch());
    statement.setInt(4, key.chunk());
  }

  private static LedgerEntry entry(ResultSet row) throws SQLException {
    TableName table = new TableName(row.getString(1), row.getString(2));
    return new LedgerEntry(
        new ChunkKey(new TableKey(row.getString(5), table), row.getLong(3), row.getInt(4)),
        row.getInt(6),
        new ChunkResult(row.getLong(7), row.getLong(8), TransportDigest.parse(row.getString(9))),
        row.getLong(10),
        LedgerEntry.decode(row.getString(11)),
        row.getString(12),
        row.getObject(13, OffsetDateTime.class).toInstant());
  }
}
