package dev.sensei.databases.ddl;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.util.List;

/** Runs statements against a target. */
public final class DdlExecution {
  private DdlExecution() {}

  /**
   * Sets up the session for statements of {@link DdlGenerator}.
   *
   * @throws dev.sensei.databases.errors.DatabaseException as the server reports it
   */
  public static void prepare(Connection connection) {
    for (String setting : DdlGenerator.SESSION) {
      run(connection, setting, "the session");
    }
  }

  /**
   * Runs the statements in their order, within the caller's transaction where there is one.
   *
   * @throws dev.sensei.databases.errors.DatabaseException at the first that fails, naming its
   *     object
   */
  public static void run(Connection connection, List<Statement> statements) {
    for (Statement statement : statements) {
      run(connection, statement.sql(), statement.object());
    }
  }

  private static void run(Connection connection, String sql, String object) {
    DatabaseErrors.run(
        "building " + object,
        () -> {
          try (java.sql.Statement statement = connection.createStatement()) {
            // Expressions may hold braces, which JDBC would take for its own escapes.
            statement.setEscapeProcessing(false);
            statement.execute(sql);
          }
        });
  }
}
