package dev.sensei.databases.ledger;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A session of the target for what takes long about a table outside of any transaction: VACUUM,
 * ANALYZE, a count of its rows.
 *
 * <p>It wears the table's name meanwhile, as every session that writes it, so that whoever raises
 * the epoch finds it; no timeout of the server's configuration ends it; and the server gives up
 * where its client is gone.
 */
public final class TableSession {
  private static final List<String> NO_BOUND = List.of("lock_timeout = 0");

  private TableSession() {}

  /** What is done on the session. */
  @FunctionalInterface
  public interface Body<T> {
    T run(Statement statement) throws SQLException;
  }

  /**
   * Runs the body, and leaves the session as it began. Where that fails, the session should serve
   * nobody else.
   *
   * @param doing what is being done, for messages
   * @param target a session that commits by itself
   * @param sessionName what {@link WorkerSession} calls the session of this table and epoch
   */
  public static <T> T call(String doing, Connection target, String sessionName, Body<T> body) {
    return DatabaseErrors.call(
        doing,
        () -> {
          LedgerTransaction.pin(target, false, NO_BOUND);
          name(target, sessionName);
          try (Statement statement = target.createStatement()) {
            T result = body.run(statement);
            statement.execute("RESET ALL");
            return result;
          }
        });
  }

  private static void name(Connection target, String sessionName) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("SELECT pg_catalog.set_config('application_name', ?, false)")) {
      statement.setString(1, sessionName);
      statement.execute();
    }
  }
}
