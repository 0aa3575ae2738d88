package dev.sensei.agents.architect;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the target's server offers to a plan beside the catalog of the target database.
 *
 * @param connected the role that will create the objects
 * @param roles the roles that the connected one may hand objects to, itself among them
 * @param extensions the extensions that the connected role may create
 * @param forbiddenExtensions extensions that the server has and only a superuser may create, while
 *     the connected role is none
 * @param extensionVersions the versions in which extensions are in the target database, or would be
 *     created there
 * @param types base types, ranges and multiranges that the target database has, qualified
 * @param moneyDigits how many digits behind the point amounts of money have in the target database
 */
record TargetServer(
    String connected,
    SortedSet<String> roles,
    SortedSet<String> extensions,
    SortedSet<String> forbiddenExtensions,
    SortedMap<String, String> extensionVersions,
    SortedSet<String> types,
    int moneyDigits) {
  private static final int TRUSTED_SINCE = 130_000;

  static TargetServer read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      String connected = "";
      boolean superuser = false;
      boolean trusted = false;
      try (ResultSet row =
          statement.executeQuery(
              """
              SELECT current_user::text, r.rolsuper, current_setting('server_version_num')::int
              FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
              """)) {
        row.next();
        connected = row.getString(1);
        superuser = row.getBoolean(2);
        trusted = row.getInt(3) >= TRUSTED_SINCE;
      }
      SortedSet<String> roles = new TreeSet<>();
      try (ResultSet rows =
          statement.executeQuery(
              """
              SELECT r.rolname::text FROM pg_catalog.pg_roles r
              WHERE pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER')
              """)) {
        while (rows.next()) {
          roles.add(rows.getString(1));
        }
      }
      SortedSet<String> extensions = new TreeSet<>();
      SortedSet<String> forbidden = new TreeSet<>();
      SortedMap<String, String> versions = new TreeMap<>();
      String sql =
          """
          SELECT v.name::text, v.superuser AND NOT %s,
                 coalesce(e.installed_version, e.default_version)
          FROM pg_catalog.pg_available_extension_versions v
          JOIN pg_catalog.pg_available_extensions e
            ON e.name = v.name AND e.default_version = v.version
          """
              .formatted(trusted ? "v.trusted" : "false");
      try (ResultSet rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          (rows.getBoolean(2) && !superuser ? forbidden : extensions).add(rows.getString(1));
          versions.put(rows.getString(1), rows.getString(3));
        }
      }
      return new TargetServer(
          connected,
          roles,
          extensions,
          forbidden,
          versions,
          types(statement),
          moneyDigits(statement));
    }
  }

  private static SortedSet<String> types(Statement statement) throws SQLException {
    SortedSet<String> types = new TreeSet<>();
    try (ResultSet rows =
        statement.executeQuery(
            """
            SELECT n.nspname || '.' || t.typname
            FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typtype IN ('b', 'r', 'm') AND t.typisdefined
              AND t.typoutput <> 'pg_catalog.array_out'::regproc
            """)) {
      while (rows.next()) {
        types.add(rows.getString(1));
      }
    }
    return types;
  }

  private static int moneyDigits(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            """
            SELECT length((('x' || encode(cash_send(1::money), 'hex'))::bit(64)::bigint)::text) - 1
            """)) {
      row.next();
      return row.getInt(1);
    }
  }
}
