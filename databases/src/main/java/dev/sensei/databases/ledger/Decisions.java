package dev.sensei.databases.ledger;

import dev.sensei.databases.ledger.LedgerTransaction.Durability;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decisions about rows in the error queue, as the ledger knows them: each is carried out until it
 * is ended, and nothing is done for it behind that.
 */
public final class Decisions {
  private static final String CARRIED_OUT = "carried out";

  /** In the place of a decision: all of them. */
  private static final String ALL = "";

  private final LedgerSettings settings;

  public Decisions(LedgerSettings settings) {
    this.settings = settings;
  }

  /**
   * Ends a decision, so that late attempts at it change no row any more: waits for those that are
   * at one. Does nothing where it was ended before.
   *
   * @param decision what it is known by, within the migration
   * @return all rows of the migration in the queue
   */
  public List<QueuedRow> end(Connection target, String migrationId, String decision) {
    return LedgerTransaction.run(
        "ending a decision about the error queue",
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () -> {
          ended(target, migrationId, decision);
          return ErrorQueue.of(target, migrationId);
        });
  }

  /**
   * Ends all decisions for good, those too whose attempts were given up, and may still be at it: so
   * that nothing about rows in the error queue changes under a validation.
   */
  public void endAll(Connection target, String migrationId) {
    boolean _ =
        LedgerTransaction.run(
            "ending all decisions about the error queue",
            target,
            settings.lockWait(),
            Durability.SYNCHRONOUS,
            () -> {
              ended(target, migrationId, ALL);
              return true;
            });
  }

  private static void ended(Connection target, String migrationId, String decision)
      throws SQLException {
    lockInstallation(target, migrationId, "FOR NO KEY UPDATE");
    LedgerMarks.insert(target, migrationId, CARRIED_OUT, decision);
  }

  /**
   * Does a piece of work over several tables for a decision, unless that was ended.
   *
   * @param doing the work as a phrase, for messages
   */
  public void carryOut(
      Connection target, String migrationId, String decision, String doing, Ledger.Once work) {
    boolean _ =
        LedgerTransaction.run(
            doing,
            target,
            settings.lockWait(),
            Durability.SYNCHRONOUS,
            () -> {
              boolean open = isBeingCarriedOut(target, migrationId, decision);
              if (open) {
                work.run(target);
              }
              return open;
            });
  }

  /**
   * Whether a decision has not been ended, which it then is not before the transaction at hand has
   * come to its end.
   */
  public static boolean isBeingCarriedOut(Connection target, String migrationId, String decision)
      throws SQLException {
    lockInstallation(target, migrationId, "FOR SHARE");
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT FROM sensei_ledger.object"
                + " WHERE migration_id = ? AND kind = ? AND identity IN (?, ?)")) {
      statement.setString(1, migrationId);
      statement.setString(2, CARRIED_OUT);
      statement.setString(3, decision);
      statement.setString(4, ALL);
      try (ResultSet row = statement.executeQuery()) {
        return !row.next();
      }
    }
  }

  /**
   * Holds a table at its epoch, up to the end of the transaction at hand.
   *
   * @return the epoch; empty where the migration has no claim on the table
   */
  public static OptionalLong hold(Connection target, TableKey table) throws SQLException {
    Optional<TableClaim> claim = ChunkTransaction.hold(target, table);
    return claim.isPresent() && claim.get().key().equals(table)
        ? OptionalLong.of(claim.get().epoch())
        : OptionalLong.empty();
  }

  private static void lockInstallation(Connection target, String migrationId, String lock)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT FROM sensei_ledger.installation WHERE migration_id = ? " + lock)) {
      statement.setString(1, migrationId);
      statement.execute();
    }
  }
}
