package dev.sensei.databases.ledger;

import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.errors.ErrorFields;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The error queue, in the target's ledger: rows that were set aside, encrypted, written in the
 * transaction of the chunk that they belong to. So a row is in the target, or in the queue, or both
 * are undone together.
 *
 * <p>Methods run in the transaction that the session is in, and throw what JDBC throws.
 */
public final class ErrorQueue {
  private static final String LIST =
      "SELECT number, migration_id, table_schema, table_name, table_index, epoch, chunk, locator,"
          + " source_xmin,"
          + " sql_state, error_schema, error_table, error_column, error_constraint, error_type,"
          + " key_hash, key_id, attempts, state, decided_by, reason, written_by, recorded_at"
          + " FROM sensei_ledger.queued_row";

  private ErrorQueue() {}

  /**
   * A row to be put into the queue.
   *
   * @param fault where it stands, and why
   * @param xmin the source's transaction that wrote it, as the row carries it
   * @param keyHash keyed hash of its key
   * @param keyId the key that it is encrypted with
   * @param sealed its content, encrypted
   * @param state OPEN, or LEFT_OUT by a rule
   */
  public record Entry(
      RowFault fault,
      long xmin,
      String keyHash,
      String keyId,
      ByteBuffer sealed,
      QueuedRow.State state) {
    private byte[] bytes() {
      byte[] bytes = new byte[sealed.remaining()];
      sealed.duplicate().get(bytes);
      return bytes;
    }
  }

  /** Puts rows of a table into the queue. A row that is there already stays as it is. */
  public static void put(
      Connection target, TableKey table, int tableIndex, long epoch, int chunk, List<Entry> rows)
      throws SQLException {
    insert(target, table, tableIndex, epoch, chunk, rows, "DO NOTHING");
  }

  /**
   * Puts rows into the queue that the target had. One that had been there before, and that the
   * target took later, is open again.
   */
  public static void withdraw(
      Connection target, TableKey table, int tableIndex, long epoch, List<Entry> rows)
      throws SQLException {
    insert(
        target,
        table,
        tableIndex,
        epoch,
        QueuedRow.WITHDRAWN,
        rows,
        "(table_schema, table_name, epoch, locator) DO UPDATE SET state = excluded.state,"
            + " decided_by = NULL, reason = NULL, written_by = 0, sql_state = excluded.sql_state,"
            + " error_schema = excluded.error_schema, error_table = excluded.error_table,"
            + " error_column = excluded.error_column,"
            + " error_constraint = excluded.error_constraint, error_type = excluded.error_type");
  }

  /**
   * Puts a row into the queue that is written to the target now, for rows that refer to it. Where
   * other rows are written in the same transaction, a savepoint has to be set before: the row then
   * carries a number of its own.
   *
   * @param by who decided
   * @return whether it was put there; another may stand in the queue at its place
   */
  public static boolean fetched(
      Connection target, TableKey table, int tableIndex, long epoch, Entry row, String by)
      throws SQLException {
    insert(target, table, tableIndex, epoch, QueuedRow.FETCHED, List.of(row), "DO NOTHING");
    try (PreparedStatement statement =
        target.prepareStatement(
            // The row of the queue carries the same number, by its lower half. The upper half is
            // the transaction's, whose number is less.
            "UPDATE sensei_ledger.queued_row SET state = 'FETCHED', decided_by = ?,"
                + " written_by = pg_catalog.txid_current() - pg_catalog.txid_current() % 4294967296"
                + " + xmin::pg_catalog.text::bigint"
                + " + CASE WHEN xmin::pg_catalog.text::bigint"
                + " < pg_catalog.txid_current() % 4294967296 THEN 4294967296 ELSE 0 END"
                + " WHERE table_schema = ? AND table_name = ? AND epoch = ? AND locator = ?"
                + " AND chunk = ? AND state = 'OPEN'")) {
      statement.setString(1, by);
      statement.setString(2, table.table().schema());
      statement.setString(3, table.table().name());
      statement.setLong(4, epoch);
      statement.setString(5, row.fault().locator().toString());
      statement.setInt(6, QueuedRow.FETCHED);
      return statement.executeUpdate() == 1;
    }
  }

  private static void insert(
      Connection target,
      TableKey table,
      int tableIndex,
      long epoch,
      int chunk,
      List<Entry> rows,
      String onConflict)
      throws SQLException {
    try (PreparedStatement insert =
        target.prepareStatement(
            "INSERT INTO sensei_ledger.queued_row (migration_id, table_schema, table_name,"
                + " table_index, epoch, chunk, locator, sql_state, error_schema, error_table,"
                + " error_column, error_constraint, error_type, key_hash, key_id, content, state,"
                + " source_xmin)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT "
                + onConflict)) {
      for (Entry row : rows) {
        ErrorFields fields = row.fault().fields();
        insert.setString(1, table.migrationId());
        insert.setString(2, table.table().schema());
        insert.setString(3, table.table().name());
        insert.setInt(4, tableIndex);
        insert.setLong(5, epoch);
        insert.setInt(6, chunk);
        insert.setString(7, row.fault().locator().toString());
        insert.setString(8, fields.sqlState());
        insert.setString(9, fields.schema().orElse(null));
        insert.setString(10, fields.table().orElse(null));
        insert.setString(11, fields.column().orElse(null));
        insert.setString(12, fields.constraint().orElse(null));
        insert.setString(13, fields.dataType().orElse(null));
        insert.setString(14, row.keyHash());
        insert.setString(15, row.keyId());
        insert.setBytes(16, row.bytes());
        insert.setString(17, row.state().name());
        insert.setLong(18, row.xmin());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** All rows of a migration that are or were in the queue, by table and number. */
  public static List<QueuedRow> of(Connection target, String migrationId) throws SQLException {
    if (!LedgerSchema.exists(target)) {
      return List.of();
    }
    try (PreparedStatement statement =
        target.prepareStatement(LIST + " WHERE migration_id = ? ORDER BY table_index, number")) {
      statement.setString(1, migrationId);
      return read(statement);
    }
  }

  /** Those of a table at an epoch, in the order in which they stand in the source. */
  public static List<QueuedRow> of(Connection target, TableKey table, long epoch)
      throws SQLException {
    if (!LedgerSchema.exists(target)) {
      return List.of();
    }
    try (PreparedStatement statement =
        target.prepareStatement(
            LIST
                + " WHERE migration_id = ? AND table_schema = ? AND table_name = ? AND epoch = ?"
                + " ORDER BY locator::pg_catalog.tid")) {
      statement.setString(1, table.migrationId());
      statement.setString(2, table.table().schema());
      statement.setString(3, table.table().name());
      statement.setLong(4, epoch);
      return read(statement);
    }
  }

  /** The encrypted content of a row; empty where there is no such row of the migration. */
  public static Optional<byte[]> content(Connection target, String migrationId, long number)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT content FROM sensei_ledger.queued_row WHERE migration_id = ? AND number = ?")) {
      statement.setString(1, migrationId);
      statement.setLong(2, number);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
      }
    }
  }

  /**
   * Decides about an open row. Where it was corrected, the transaction at hand has to be the one
   * that wrote it, and not under a savepoint.
   *
   * @param by who decided
   * @param reason why; empty where nothing was said
   * @return whether it was open
   */
  public static boolean decide(
      Connection target, long number, QueuedRow.State state, String by, String reason)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "UPDATE sensei_ledger.queued_row SET state = ?, decided_by = ?,"
                + " reason = NULLIF(?, ''),"
                + " attempts = attempts + (? <> 'SKIPPED')::integer,"
                + " written_by = CASE ? WHEN 'CORRECTED'"
                + " THEN pg_catalog.txid_current() ELSE 0 END"
                + " WHERE number = ? AND state = 'OPEN'")) {
      statement.setString(1, state.name());
      statement.setString(2, by);
      statement.setString(3, reason);
      statement.setString(4, state.name());
      statement.setString(5, state.name());
      statement.setLong(6, number);
      return statement.executeUpdate() == 1;
    }
  }

  /**
   * Notes that a row which the transaction at hand has written is not as it was under the snapshot.
   */
  public static void corrected(Connection target, long number) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "UPDATE sensei_ledger.queued_row SET state = 'CORRECTED',"
                + " written_by = pg_catalog.txid_current()"
                + " WHERE number = ?")) {
      statement.setLong(1, number);
      statement.executeUpdate();
    }
  }

  /** Notes that an open row was tried once more and is still not taken, and why. */
  public static void failedAgain(Connection target, long number, ErrorFields fields)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "UPDATE sensei_ledger.queued_row SET attempts = attempts + 1, sql_state = ?,"
                + " error_schema = ?, error_table = ?, error_column = ?, error_constraint = ?,"
                + " error_type = ? WHERE number = ? AND state = 'OPEN'")) {
      statement.setString(1, fields.sqlState());
      statement.setString(2, fields.schema().orElse(null));
      statement.setString(3, fields.table().orElse(null));
      statement.setString(4, fields.column().orElse(null));
      statement.setString(5, fields.constraint().orElse(null));
      statement.setString(6, fields.dataType().orElse(null));
      statement.setLong(7, number);
      statement.executeUpdate();
    }
  }

  private static List<QueuedRow> read(PreparedStatement statement) throws SQLException {
    List<QueuedRow> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rows.add(
            new QueuedRow(
                row.getLong(1),
                new TableKey(row.getString(2), new TableName(row.getString(3), row.getString(4))),
                row.getInt(5),
                row.getLong(6),
                row.getInt(7),
                new RowFault(
                    RowLocator.parse(row.getString(8)),
                    new ErrorFields(
                        row.getString(10),
                        Optional.ofNullable(row.getString(11)),
                        Optional.ofNullable(row.getString(12)),
                        Optional.ofNullable(row.getString(13)),
                        Optional.ofNullable(row.getString(14)),
                        Optional.ofNullable(row.getString(15)))),
                row.getLong(9),
                row.getString(16),
                row.getString(17),
                row.getInt(18),
                QueuedRow.State.valueOf(row.getString(19)),
                Optional.ofNullable(row.getString(20)),
                Optional.ofNullable(row.getString(21)),
                row.getLong(22),
                row.getObject(23, OffsetDateTime.class).toInstant()));
      }
    }
    return rows;
  }
}
