package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A connection whose session settings are those under which PostgreSQL writes every name qualified
 * and every expression the same way, as {@code pg_dump} sets them. Closing it puts the settings
 * back.
 */
final class CatalogSession implements AutoCloseable {
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("search_path", ""),
          Map.entry("DateStyle", "ISO"),
          Map.entry("IntervalStyle", "postgres"),
          Map.entry("TimeZone", "UTC"),
          Map.entry("bytea_output", "hex"),
          Map.entry("extra_float_digits", "3"),
          Map.entry("standard_conforming_strings", "on"),
          Map.entry("quote_all_identifiers", "off"),
          Map.entry("row_security", "off"),
          Map.entry("jit", "off"));

  private final Connection connection;
  private final int version;
  private final String schemaCondition;
  private final Map<String, String> before = new LinkedHashMap<>();

  CatalogSession(Connection connection, CatalogScope scope) throws SQLException {
    this.connection = connection;
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ("
                    + literals(SETTINGS.keySet())
                    + ")")) {
      while (rows.next()) {
        before.put(rows.getString(1), rows.getString(2));
      }
    }
    for (String name : before.keySet()) {
      set(name, SETTINGS.getOrDefault(name, ""));
    }
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT current_setting('server_version_num')::int")) {
      row.next();
      version = row.getInt(1) / 10_000;
    }
    schemaCondition =
        "(n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
            + (scope.excludedSchemas().isEmpty()
                ? ""
                : " AND n.nspname NOT IN (" + literals(scope.excludedSchemas()) + ")")
            + ")";
  }

  /** The server's major version. */
  int version() {
    return version;
  }

  Connection connection() {
    return connection;
  }

  /**
   * Runs a query. In its text {@code {user}} stands for the condition that namespace {@code n} is
   * looked at, and {@code {own:class:alias}} for the one that the object is no extension's member.
   */
  <T> List<T> query(String sql, RowReader<T> reader) throws SQLException {
    String text =
        sql.replace("{user}", schemaCondition)
            .replaceAll(
                "\\{own:([a-z_]+):([a-z]+)}",
                "(NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend x WHERE x.classid ="
                    + " 'pg_catalog.$1'::pg_catalog.regclass AND x.objid = $2.oid AND x.deptype ="
                    + " 'e'))");
    List<T> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(text)) {
      Row row = new Row(rows);
      while (rows.next()) {
        all.add(reader.read(row));
      }
    }
    return all;
  }

  /** Runs a query and files its rows under the object id in column {@code key}, order kept. */
  <T> Map<Long, List<T>> grouped(String sql, RowReader<T> reader) throws SQLException {
    Map<Long, List<T>> groups = new LinkedHashMap<>();
    query(
        sql,
        row ->
            groups
                .computeIfAbsent(row.number("key"), key -> new ArrayList<>())
                .add(reader.read(row)));
    return groups;
  }

  @Override
  public void close() throws SQLException {
    if (!connection.getAutoCommit() && inFailedTransaction()) {
      return;
    }
    for (Map.Entry<String, String> setting : before.entrySet()) {
      set(setting.getKey(), setting.getValue());
    }
  }

  /** A failed transaction takes no statement, and its rollback puts the settings back by itself. */
  private boolean inFailedTransaction() throws SQLException {
    return connection.unwrap(org.postgresql.core.BaseConnection.class).getTransactionState()
        == org.postgresql.core.TransactionState.FAILED;
  }

  private void set(String name, String value) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_catalog.set_config(" + literal(name) + ", " + literal(value) + ", false)");
    }
  }

  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static String literals(Iterable<String> texts) {
    List<String> quoted = new ArrayList<>();
    texts.forEach(text -> quoted.add(literal(text)));
    return String.join(", ", quoted);
  }

  /** Turns a row into a value. */
  interface RowReader<T> {
    T read(Row row) throws SQLException;
  }

  /** The current row, its values by column name. */
  static final class Row {
    private final ResultSet rows;

    Row(ResultSet rows) {
      this.rows = rows;
    }

    String text(String column) throws SQLException {
      return optional(column).orElse("");
    }

    Optional<String> optional(String column) throws SQLException {
      return Optional.ofNullable(rows.getString(column));
    }

    long number(String column) throws SQLException {
      return rows.getLong(column);
    }

    int integer(String column) throws SQLException {
      return rows.getInt(column);
    }

    Optional<Integer> optionalInteger(String column) throws SQLException {
      int value = rows.getInt(column);
      return rows.wasNull() ? Optional.empty() : Optional.of(value);
    }

    boolean flag(String column) throws SQLException {
      return rows.getBoolean(column);
    }

    TableName name(String schema, String name) throws SQLException {
      return new TableName(text(schema), text(name));
    }

    Optional<TableName> optionalName(String schema, String name) throws SQLException {
      return optional(name).isPresent() ? Optional.of(name(schema, name)) : Optional.empty();
    }

    List<String> list(String column) throws SQLException {
      Array array = rows.getArray(column);
      if (array == null) {
        return List.of();
      }
      List<String> values = new ArrayList<>();
      for (Object value : (Object[]) array.getArray()) {
        values.add(String.valueOf(value));
      }
      return values;
    }
  }
}
