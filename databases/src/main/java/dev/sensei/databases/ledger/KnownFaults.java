package dev.sensei.databases.ledger;

import dev.sensei.databases.copy.RowLocator;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that are found to be at fault before their table is copied, since a rule is about several
 * rows together. The chunk that has such a row does not read it, and puts it into the queue.
 *
 * <p>Methods run in the transaction that the session is in, and throw what JDBC throws.
 */
public final class KnownFaults {
  private KnownFaults() {}

  /**
   * A row at fault.
   *
   * @param locator where it stands in the source
   * @param sqlState what a server would say of it
   * @param rule the rule that it does not keep, as a person reads it
   * @param remedy what the rule has done with it; empty where it waits for a person
   */
  public record KnownFault(RowLocator locator, String sqlState, String rule, String remedy) {}

  /** Stores rows; those that are known already stay as they are. */
  public static void store(Connection target, TableKey table, long epoch, List<KnownFault> faults)
      throws SQLException {
    try (PreparedStatement insert =
        target.prepareStatement(
            "INSERT INTO sensei_ledger.known_fault (migration_id, table_schema, table_name, epoch,"
                + " locator, sql_state, rule, remedy) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT DO NOTHING")) {
      for (KnownFault fault : faults) {
        insert.setString(1, table.migrationId());
        insert.setString(2, table.table().schema());
        insert.setString(3, table.table().name());
        insert.setLong(4, epoch);
        insert.setString(5, fault.locator().toString());
        insert.setString(6, fault.sqlState());
        insert.setString(7, fault.rule());
        insert.setString(8, fault.remedy());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** The rows of a table at an epoch, in the order in which they stand in the source. */
  public static List<KnownFault> of(Connection target, TableKey table, long epoch)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT locator, sql_state, rule, remedy FROM sensei_ledger.known_fault"
                + " WHERE migration_id = ? AND table_schema = ? AND table_name = ? AND epoch = ?"
                + " ORDER BY locator::pg_catalog.tid")) {
      statement.setString(1, table.migrationId());
      statement.setString(2, table.table().schema());
      statement.setString(3, table.table().name());
      statement.setLong(4, epoch);
      List<KnownFault> faults = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          faults.add(
              new KnownFault(
                  RowLocator.parse(row.getString(1)),
                  row.getString(2),
                  row.getString(3),
                  row.getString(4)));
        }
      }
      return faults;
    }
  }
}
