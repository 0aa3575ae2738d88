package dev.sensei.databases.snapshot;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions of the source that read under an exported snapshot: read-only, repeatable read, every
 * timeout off, and row security off, which makes a policy that would hide rows an error instead.
 */
public final class SnapshotSession {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotSession.class);

  private SnapshotSession() {}

  /**
   * Begins a transaction on the snapshot; {@link Connection#rollback()} ends it. The connection is
   * left with auto-commit off.
   *
   * @throws SnapshotLost where the snapshot is gone
   */
  public static void adopt(Connection connection, ExportedSnapshot snapshot) {
    adopt(connection, snapshot.id());
  }

  /**
   * Begins a transaction on the snapshot of this name, as {@code pg_export_snapshot()} gave it.
   *
   * @throws SnapshotLost where the snapshot is gone
   */
  public static void adopt(Connection connection, String snapshotId) {
    DatabaseErrors.run(
        "adopting the snapshot",
        () -> {
          prepare(connection);
          begin(connection);
          try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION SNAPSHOT '" + snapshotId.replace("'", "''") + "'");
          } catch (SQLException e) {
            connection.rollback();
            String state = e.getSQLState();
            // 17 and later say 42704, before that 22023.
            if ("22023".equals(state) || "42704".equals(state) || "55000".equals(state)) {
              throw new SnapshotLost(snapshotId);
            }
            throw e;
          }
        });
  }

  /** Session settings, made before the transaction begins so that they hold from its start. */
  static void prepare(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
    }
    connection.setAutoCommit(true);
    int version = serverVersion(connection);
    StringBuilder settings =
        new StringBuilder(
            "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
                + " SET lock_timeout = 0; SET row_security = off");
    if (version >= 140000) {
      settings.append("; SET idle_session_timeout = 0");
    }
    if (version >= 170000) {
      settings.append("; SET transaction_timeout = 0");
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(settings.toString());
    }
  }

  static void begin(Connection connection) throws SQLException {
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
  }

  static int serverVersion(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW server_version_num")) {
      row.next();
      return Integer.parseInt(row.getString(1));
    }
  }

  static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("closing a session that keeps a snapshot failed with {}", e.getSQLState());
    }
  }
}
