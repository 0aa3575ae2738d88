package dev.sensei.databases.rules;

import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;

/**
 * Whether any rows of a table may be equal in what is to be unique, asked of the source before it
 * is asked which: where all hashes differ, no values are equal. Numbers of 8 bytes are sorted for
 * that, in place of values with the places of their rows, and no rule of values is looked at.
 */
public enum EqualRows {
  /** No two rows are equal. */
  NONE,
  /** There may be rows that are equal; {@link RowsAtFault#amongEqualHashes} gives them. */
  SOME,
  /** A type has no hash, or a value cannot be computed unless some rows are left out. */
  UNKNOWN;

  /** What the sort may take of the source's memory, unless it may take more anyway. */
  private static final String MEMORY =
      """
      SELECT pg_catalog.set_config('work_mem', greatest(
          pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem')) / 1024,
          65536) || 'kB', true)\
      """;

  /**
   * Asks.
   *
   * @param source in a transaction, which is as it was afterwards
   * @throws DatabaseException where the server is lost or busy
   */
  public static EqualRows in(
      Connection source, RowsAtFault queries, RuledTable table, SetRule.Unique unique) {
    String doing = "looking for equal rows of " + table.source();
    return DatabaseErrors.call(
        doing,
        () -> {
          Savepoint before = source.setSavepoint();
          EqualRows answer;
          try {
            answer = ask(source, queries.noEqualHashes(table, unique)) ? NONE : SOME;
          } catch (SQLException e) {
            DatabaseException translated = DatabaseErrors.translate(doing, e);
            if (translated.errorClass() == ErrorClass.TRANSIENT) {
              throw translated;
            }
            answer = UNKNOWN;
          }
          source.rollback(before);
          source.releaseSavepoint(before);
          return answer;
        });
  }

  private static boolean ask(Connection source, String sql) throws SQLException {
    try (Statement statement = source.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(MEMORY);
      try (ResultSet row = statement.executeQuery(sql)) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
