package dev.sensei.cli.proof;

import dev.sensei.platform.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A database of a proof, read by the proof's own SQL.
 *
 * @param endpoint where it is
 */
record ProofDatabase(PostgresServer.Endpoint endpoint) {
  private static final String TABLES =
      """
      SELECT format('%I.%I', n.nspname, c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND n.nspname NOT LIKE 'pg_t%'
      ORDER BY 1
      """;
  private static final String SEQUENCES =
      "SELECT format('%I.%I', schemaname, sequencename) || ' ' || coalesce(last_value::text, '-')"
          + " FROM pg_sequences ORDER BY 1";
  private static final String CONSTRAINTS =
      """
      SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1
      """;
  private static final String INDEXES =
      "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";

  /** What the command line calls it. */
  String uri() {
    return endpoint.uri();
  }

  /** Rows and a digest of their text, order aside, of each table. */
  SortedMap<String, String> contents() throws SQLException {
    SortedMap<String, String> contents = new TreeMap<>();
    for (String table : rows(TABLES)) {
      contents.put(
          table,
          rows("SELECT count(*) || ' rows, digest ' ||"
                  + " coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM %s t"
                      .formatted(table))
              .getFirst());
    }
    return contents;
  }

  /** Rows of a table. */
  long count(String table) throws SQLException {
    return Long.parseLong(rows("SELECT count(*) FROM " + table).getFirst());
  }

  /** Sequences with their last values, constraints and indexes: one line each. */
  List<String> structure() throws SQLException {
    List<String> all = new ArrayList<>(rows(SEQUENCES));
    all.addAll(rows(CONSTRAINTS));
    all.addAll(rows(INDEXES));
    return all;
  }

  /** Indexes of the schema public. */
  List<String> indexes() throws SQLException {
    return rows(INDEXES);
  }

  /** Schemas that are not PostgreSQL's own. */
  List<String> schemas() throws SQLException {
    return rows(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$' ORDER BY 1");
  }

  /** Runs a statement. */
  void run(String sql) throws SQLException {
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Whether the server takes connections. */
  boolean answers() {
    try {
      return rows("SELECT 1").contains("1");
    } catch (SQLException away) {
      return false;
    }
  }

  /** The first column of what a query answers. */
  List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        rows.add(String.valueOf(result.getString(1)));
      }
    }
    return rows;
  }
}
