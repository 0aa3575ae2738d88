package dev.sensei.databases.ledger;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction on the target with all that it depends on pinned: read committed, no timeout of
 * the server's configuration, bounded lock waits.
 */
final class LedgerTransaction {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerTransaction.class);

  private LedgerTransaction() {}

  @FunctionalInterface
  interface Body<T> {
    T run() throws SQLException;
  }

  /** How the commit is made. */
  enum Durability {
    /** Returns once the commit is on disk. */
    SYNCHRONOUS("on"),
    /** May be undone by a crash of the server shortly after. */
    ASYNCHRONOUS("off");

    private final String setting;

    Durability(String setting) {
      this.setting = setting;
    }
  }

  /** Runs the body and commits; rolls back where it throws. Leaves auto-commit on. */
  static <T> T run(
      String doing, Connection target, Duration lockWait, Durability durability, Body<T> body) {
    return DatabaseErrors.call(
        doing,
        () -> {
          begin(target, lockWait, durability);
          boolean committed = false;
          try {
            T result = body.run();
            target.commit();
            committed = true;
            target.setAutoCommit(true);
            return result;
          } finally {
            if (!committed) {
              rollBack(target);
            }
          }
        });
  }

  private static void begin(Connection target, Duration lockWait, Durability durability)
      throws SQLException {
    if (!target.getAutoCommit()) {
      target.rollback();
    }
    // Read committed is not a choice: after a wait for a lock, the next statement must see what the
    // other session committed.
    target.setAutoCommit(true);
    target.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    target.setReadOnly(false);
    target.setAutoCommit(false);
    try (Statement statement = target.createStatement()) {
      statement.execute(
          "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;"
              + " SET LOCAL row_security = off;"
              + " SET LOCAL synchronous_commit = "
              + durability.setting
              + "; SET LOCAL lock_timeout = "
              + lockWait.toMillis()
              + (target.getMetaData().getDatabaseMajorVersion() >= 17
                  ? "; SET LOCAL transaction_timeout = 0"
                  : ""));
    }
  }

  private static void rollBack(Connection target) {
    try {
      if (!target.isClosed()) {
        target.rollback();
        target.setAutoCommit(true);
      }
    } catch (SQLException e) {
      // The server rolls back a lost session by itself; the first failure is on its way up.
      LOG.debug("rolling back on the target gave {}", e.getSQLState());
    }
  }
}
