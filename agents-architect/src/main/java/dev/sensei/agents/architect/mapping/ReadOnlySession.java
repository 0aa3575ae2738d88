package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Parser;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/**
 * A session of the source in which declared SQL is tried: every query in a read-only transaction of
 * its own that is rolled back, under the settings that workers and Validators read by, and bounded
 * in time.
 */
final class ReadOnlySession {
  private final Connection connection;
  private final Duration limit;

  ReadOnlySession(Connection connection, Duration limit) {
    this.connection = connection;
    this.limit = limit;
  }

  /** Takes what a query gave. */
  interface Rows<T> {
    T read(ResultSet rows) throws SQLException;
  }

  /**
   * Whether a text is one statement, and not several that would be run one after the other.
   *
   * @throws dev.sensei.databases.errors.DatabaseException where a quotation in it does not end
   */
  boolean oneStatement(String sql) {
    return DatabaseErrors.call(
        "reading a statement",
        () ->
            Parser.parseJdbcSql(
                        sql,
                        connection.unwrap(BaseConnection.class).getStandardConformingStrings(),
                        false,
                        true,
                        false,
                        false)
                    .size()
                <= 1);
  }

  /**
   * Runs one query.
   *
   * @param doing what it is for; it must hold no row value
   * @throws dev.sensei.databases.errors.DatabaseException as the server reports it
   */
  <T> T ask(String doing, String sql, Rows<T> rows) {
    return inTransaction(
        doing,
        statement -> {
          try (ResultSet found = statement.executeQuery(sql)) {
            return rows.read(found);
          }
        });
  }

  /** The first column of the first row, as text; empty where it is null or there is no row. */
  Optional<String> text(String doing, String sql) {
    return ask(
        doing,
        sql,
        rows -> rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty());
  }

  /** What the server understands a query to be; empty where it does not tell. */
  Optional<ExpressionTree> tree(String doing, String sql) {
    return inTransaction(
        doing,
        statement -> {
          statement.execute("SET LOCAL debug_pretty_print = off");
          statement.execute("SET LOCAL client_min_messages = log");
          statement.execute("SET LOCAL debug_print_parse = on");
          statement.clearWarnings();
          List<String> sent = new ArrayList<>();
          try (ResultSet none = statement.executeQuery(sql)) {
            for (SQLWarning at = statement.getWarnings(); at != null; at = at.getNextWarning()) {
              detail(at).ifPresent(sent::add);
            }
            for (SQLWarning at = none.getWarnings(); at != null; at = at.getNextWarning()) {
              detail(at).ifPresent(sent::add);
            }
          }
          return sent.stream().distinct().findFirst().map(ExpressionTree::of);
        });
  }

  private static Optional<String> detail(SQLWarning warning) {
    return warning instanceof PSQLWarning sent
        ? Optional.ofNullable(sent.getServerErrorMessage())
            .map(ServerErrorMessage::getDetail)
            .filter(text -> text.contains("{QUERY"))
        : Optional.empty();
  }

  private interface Work<T> {
    T run(Statement statement) throws SQLException;
  }

  private <T> T inTransaction(String doing, Work<T> work) {
    return DatabaseErrors.call(
        doing,
        () -> {
          connection.setAutoCommit(false);
          try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute("SET TRANSACTION READ ONLY");
            CanonicalSession.pinTransaction(connection);
            statement.execute("SET LOCAL statement_timeout = " + limit.toMillis());
            statement.execute("SET LOCAL lock_timeout = " + limit.toMillis());
            return work.run(statement);
          } finally {
            connection.rollback();
            connection.setAutoCommit(true);
          }
        });
  }
}
