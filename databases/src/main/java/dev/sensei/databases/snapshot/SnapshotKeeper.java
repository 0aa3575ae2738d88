package dev.sensei.databases.snapshot;

import dev.sensei.databases.TableName;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.failpoint.Failpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Holds one exported snapshot of the source open, with every table in scope locked {@code ACCESS
 * SHARE}, so that no TRUNCATE or DDL can show readers something else.
 *
 * <p>The keeper owns its connection: nobody else may use it, and {@link #close()} closes it, which
 * ends the snapshot. Works on a standby too. Readers adopt the snapshot through {@link
 * SnapshotSession}. Safe for use by several threads.
 */
public final class SnapshotKeeper implements AutoCloseable {
  private final Connection connection;
  private final ExportedSnapshot snapshot;

  private SnapshotKeeper(Connection connection, ExportedSnapshot snapshot) {
    this.connection = connection;
    this.snapshot = snapshot;
  }

  /**
   * Locks the tables, then exports. The locks come first: a repeatable-read transaction takes its
   * snapshot with its first query, and LOCK is none.
   *
   * @param connection a session of the source's own for this; closed where this fails
   * @param tables every table in scope: ordinary tables, partitioned ones, partitions; the role
   *     needs SELECT on each
   * @throws SnapshotLockTimeout where a lock could not be had in time
   * @throws DatabaseException where the source refuses
   */
  public static SnapshotKeeper open(
      Connection connection, Collection<TableName> tables, SnapshotSettings settings) {
    boolean opened = false;
    try {
      ExportedSnapshot snapshot =
          DatabaseErrors.call(
              "preparing the snapshot's session",
              () -> {
                SnapshotSession.prepare(connection);
                try (Statement statement = connection.createStatement()) {
                  statement.execute("SET lock_timeout = " + settings.lockWait().toMillis());
                }
                SnapshotSession.begin(connection);
                lock(connection, tables, settings);
                Failpoint.AFTER_LOCKS.hit();
                return export(connection);
              });
      Failpoint.AFTER_EXPORT.hit();
      opened = true;
      return new SnapshotKeeper(connection, snapshot);
    } finally {
      if (!opened) {
        SnapshotSession.closeQuietly(connection);
      }
    }
  }

  public ExportedSnapshot snapshot() {
    return snapshot;
  }

  /**
   * Asks the server whether the session and its transaction still live.
   *
   * @param timeoutSeconds how long to wait for the answer; at least 1
   */
  public synchronized boolean isAlive(int timeoutSeconds) {
    Failpoint.BEFORE_PROBE.hit();
    return DatabaseErrors.call(
        "probing the snapshot's session",
        () -> !connection.isClosed() && connection.isValid(timeoutSeconds));
  }

  /** Ends the snapshot and gives the locks back. */
  @Override
  public synchronized void close() {
    SnapshotSession.closeQuietly(connection);
  }

  private static void lock(
      Connection connection, Collection<TableName> tables, SnapshotSettings settings)
      throws SQLException {
    List<TableName> ordered = new ArrayList<>(tables.stream().sorted().distinct().toList());
    for (int from = 0; from < ordered.size(); from += settings.lockBatch()) {
      List<TableName> batch =
          ordered.subList(from, Math.min(ordered.size(), from + settings.lockBatch()));
      String names = batch.stream().map(TableName::quoted).collect(Collectors.joining(", "));
      try (Statement statement = connection.createStatement()) {
        statement.execute("LOCK TABLE " + names + " IN ACCESS SHARE MODE");
      } catch (SQLException e) {
        if ("55P03".equals(e.getSQLState())) {
          throw new SnapshotLockTimeout(batch, settings.lockWait());
        }
        throw DatabaseErrors.translate("locking the tables in scope against DDL", e);
      }
    }
  }

  private static ExportedSnapshot export(Connection connection) throws SQLException {
    int version = SnapshotSession.serverVersion(connection);
    String current =
        version >= 130000 ? "pg_catalog.pg_current_snapshot()" : "txid_current_snapshot()";
    String id;
    String visibility;
    String lsn;
    boolean standby;
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_catalog.pg_export_snapshot(), pg_catalog.pg_is_in_recovery(), "
                    + current
                    + "::text, CASE WHEN pg_catalog.pg_is_in_recovery()"
                    + " THEN pg_catalog.pg_last_wal_replay_lsn()"
                    + " ELSE pg_catalog.pg_current_wal_lsn() END::text")) {
      row.next();
      id = row.getString(1);
      standby = row.getBoolean(2);
      visibility = row.getString(3);
      lsn = row.getString(4);
    }
    // On a primary the checkpoint may still name the timeline of before a promotion; the name of
    // the current log file does not.
    String timeline =
        standby
            ? "SELECT timeline_id::bigint::text FROM pg_catalog.pg_control_checkpoint()"
            : "SELECT ('x' || pg_catalog.substr(pg_catalog.pg_walfile_name("
                + "pg_catalog.pg_current_wal_lsn()), 1, 8))::bit(32)::bigint::text";
    return new ExportedSnapshot(
        id,
        lsn,
        visibility,
        ask(connection, "SELECT system_identifier::text FROM pg_catalog.pg_control_system()"),
        ask(connection, timeline).map(Long::parseLong).orElse(0L),
        version);
  }

  /** The answer, or nothing where the role may not ask. */
  private static Optional<String> ask(Connection connection, String query) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
    } catch (SQLException e) {
      String state = e.getSQLState();
      if ("42501".equals(state) || "42883".equals(state)) {
        connection.rollback(before);
        return Optional.empty();
      }
      throw e;
    }
  }
}
