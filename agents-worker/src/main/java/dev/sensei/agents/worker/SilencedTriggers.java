package dev.sensei.agents.worker;

import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * Triggers of a table that the migration made, silenced while a late row is written: the rows
 * before it came before the triggers did. Those that check foreign keys are not among them. A table
 * that was there before keeps its triggers, as they acted on all its rows.
 */
final class SilencedTriggers implements AutoCloseable {
  private static final String ENABLED =
      "SELECT tgname, tgenabled FROM pg_catalog.pg_trigger WHERE tgrelid = ?::pg_catalog.regclass"
          + " AND NOT tgisinternal AND tgenabled <> 'D' ORDER BY tgname";

  private final Connection target;
  private final TablePlan plan;
  private final Map<String, String> enabled = new LinkedHashMap<>();

  private SilencedTriggers(Connection target, TablePlan plan) {
    this.target = target;
    this.plan = plan;
  }

  /** Silences them, in the transaction at hand. */
  static SilencedTriggers of(Connection target, TablePlan plan) throws SQLException {
    SilencedTriggers triggers = new SilencedTriggers(target, plan);
    if (plan.created()) {
      triggers.read();
      for (String name : triggers.enabled.keySet()) {
        triggers.alter("DISABLE TRIGGER " + SqlIdentifier.quote(name));
      }
    }
    return triggers;
  }

  private void read() throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(ENABLED)) {
      statement.setString(1, plan.target().quoted());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          enabled.put(
              row.getString(1),
              switch (row.getString(2)) {
                case "A" -> "ENABLE ALWAYS TRIGGER ";
                case "R" -> "ENABLE REPLICA TRIGGER ";
                default -> "ENABLE TRIGGER ";
              });
        }
      }
    }
  }

  private void alter(String action) throws SQLException {
    try (Statement statement = target.createStatement()) {
      statement.execute("ALTER TABLE ONLY " + plan.target().quoted() + " " + action);
    }
  }

  /** Enables them again; where the transaction has failed, its end does. */
  @Override
  public void close() throws SQLException {
    if (!target.isClosed()
        && target.unwrap(BaseConnection.class).getTransactionState() != TransactionState.FAILED) {
      for (Map.Entry<String, String> trigger : enabled.entrySet()) {
        alter(trigger.getValue() + SqlIdentifier.quote(trigger.getKey()));
      }
    }
  }
}
