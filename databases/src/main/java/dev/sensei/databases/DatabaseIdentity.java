package dev.sensei.databases;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * Which database this is, independent of the address it is reached by.
 *
 * @param systemIdentifier the cluster's identifier from its control file, empty where the role may
 *     not read it
 * @param postmasterStart when the server started, in microseconds since 1970, and {@code port}, the
 *     port it listens on: together they tell servers apart where the system identifier is not
 *     readable
 * @param port the port the server itself listens on
 * @param timeline the write-ahead log's timeline, 0 where it is not readable
 * @param databaseOid the database's object id within its cluster
 * @param databaseName the database's name
 * @param serverVersion the server's version as a number, such as 180006
 */
public record DatabaseIdentity(
    Optional<String> systemIdentifier,
    long postmasterStart,
    int port,
    long timeline,
    long databaseOid,
    String databaseName,
    int serverVersion) {

  /**
   * Reads the identity of the database behind this connection.
   *
   * @throws dev.sensei.databases.errors.DatabaseException as the server reports it
   */
  public static DatabaseIdentity read(Connection connection) {
    return DatabaseErrors.call("reading which database this is", () -> identity(connection));
  }

  private static DatabaseIdentity identity(Connection connection) throws SQLException {
    boolean control = mayReadControlFile(connection);
    String sql =
        """
        SELECT %s, (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint,
               current_setting('port')::int, %s, d.oid::bigint, d.datname::text,
               current_setting('server_version_num')::int
        FROM pg_catalog.pg_database d WHERE d.datname = current_database()
        """
            .formatted(
                control
                    ? "(SELECT system_identifier::text FROM pg_catalog.pg_control_system())"
                    : "NULL::text",
                control
                    ? "(SELECT timeline_id::bigint FROM pg_catalog.pg_control_checkpoint())"
                    : "0::bigint");
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return new DatabaseIdentity(
          Optional.ofNullable(row.getString(1)),
          row.getLong(2),
          row.getInt(3),
          row.getLong(4),
          row.getLong(5),
          row.getString(6),
          row.getInt(7));
    }
  }

  /** The server's major version, such as 18. */
  public int majorVersion() {
    return serverVersion / 10_000;
  }

  /**
   * Whether both are one database: reading and writing it would destroy it. A physical standby
   * counts as the same database as its primary.
   */
  public boolean sameDatabaseAs(DatabaseIdentity other) {
    if (databaseOid != other.databaseOid || !databaseName.equals(other.databaseName)) {
      return false;
    }
    if (systemIdentifier.isPresent() && other.systemIdentifier.isPresent()) {
      return systemIdentifier.equals(other.systemIdentifier);
    }
    return postmasterStart == other.postmasterStart && port == other.port;
  }

  private static boolean mayReadControlFile(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
                   AND has_function_privilege('pg_catalog.pg_control_checkpoint()', 'EXECUTE')
                """)) {
      row.next();
      return row.getBoolean(1);
    }
  }
}
