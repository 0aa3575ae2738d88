package dev.sensei.databases.ledger;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction on the target with all that it depends on pinned: read committed, no timeout of
 * the server's configuration, bounded lock waits. The server notices within seconds where its
 * client is gone, also in the middle of a statement, and gives up what that holds.
 */
final class LedgerTransaction {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerTransaction.class);

  /**
   * Without this, a server that builds an index for a client that was killed goes on to the end,
   * and with it all locks. Known from version 14 on; on Linux alone, as a server of another
   * platform may refuse the setting.
   */
  private static final int NOTICES_FROM = 14;

  private static final int TRANSACTION_TIMEOUTS_FROM = 17;

  /**
   * A client whose machine is gone says nothing any more. After 25 seconds of that its session ends
   * instead of after the kernel's two hours.
   */
  private static final List<String> NOTICE_A_LOST_MACHINE =
      List.of(
          "tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3");

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
    pin(
        target,
        true,
        List.of(
            "idle_in_transaction_session_timeout = 0",
            "row_security = off",
            "synchronous_commit = " + durability.setting,
            "lock_timeout = " + lockWait.toMillis()));
  }

  /**
   * Sets what every statement on the target depends on, and more.
   *
   * @param forTransaction whether it ends with the transaction, or stays with the session
   * @param more settings with their values
   */
  static void pin(Connection target, boolean forTransaction, List<String> more)
      throws SQLException {
    int version = target.getMetaData().getDatabaseMajorVersion();
    List<String> settings = new ArrayList<>(NOTICE_A_LOST_MACHINE);
    settings.add("statement_timeout = 0");
    // In binary form too, a piece of a document is xml under this setting alone.
    settings.add("xmloption = content");
    settings.add("standard_conforming_strings = on");
    settings.addAll(more);
    if (version >= TRANSACTION_TIMEOUTS_FROM) {
      settings.add("transaction_timeout = 0");
    }
    List<String> statements = new ArrayList<>();
    settings.forEach(each -> statements.add((forTransaction ? "SET LOCAL " : "SET ") + each));
    if (version >= NOTICES_FROM) {
      statements.add(
          "SELECT pg_catalog.set_config('client_connection_check_interval', '2s', "
              + forTransaction
              + ") WHERE pg_catalog.version() LIKE '%linux%'");
    }
    try (Statement statement = target.createStatement()) {
      statement.execute(String.join("; ", statements));
    }
  }

  /**
   * From here to the end of the transaction, waits for locks have no bound: for the mark of work
   * that another session may be doing, which commits or is ended by the server, and for that work
   * itself.
   */
  static void waitWithoutBound(Connection target) throws SQLException {
    try (Statement statement = target.createStatement()) {
      statement.execute("SET LOCAL lock_timeout = 0");
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
