package dev.sensei.databases.ledger;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * VACUUM and ANALYZE of a table: what may be done twice, changes no row, and runs outside of
 * transactions.
 *
 * <p>The session wears the table's name meanwhile, as every session that writes it, so that whoever
 * raises the epoch finds it; and the server gives up where its client is gone.
 */
public final class TableUpkeep {
  private static final List<String> NO_BOUND = List.of("lock_timeout = 0");

  /** Back to what the session began with. */
  private static final String RESET =
      "RESET application_name; RESET statement_timeout; RESET lock_timeout;"
          + " RESET tcp_keepalives_idle; RESET tcp_keepalives_interval;"
          + " RESET tcp_keepalives_count";

  private TableUpkeep() {}

  /**
   * Runs a command. Where it fails, the session is not as it was, and should serve nobody else.
   *
   * @param doing what is being done, for messages
   * @param target a session that commits by itself
   * @param sessionName what {@link WorkerSession} calls the session of this table and epoch
   * @param command VACUUM or ANALYZE of the table
   */
  public static void run(String doing, Connection target, String sessionName, String command) {
    DatabaseErrors.run(
        doing,
        () -> {
          LedgerTransaction.pin(target, false, NO_BOUND);
          name(target, sessionName);
          try (Statement statement = target.createStatement()) {
            statement.execute(command);
            statement.execute(RESET);
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
