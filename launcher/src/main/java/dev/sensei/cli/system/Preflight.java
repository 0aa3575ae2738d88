package dev.sensei.cli.system;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.databases.DatabaseIdentity;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.PasswordSource;
import dev.sensei.databases.PostgresConnections;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;

/** What can be told wrong before anything is started: both databases answer, and are two. */
final class Preflight {
  private static final String SESSION = "sensei";

  private Preflight() {}

  /**
   * Checks.
   *
   * @throws CommandException where a database does not answer or both are the same
   */
  static void check(DatabaseUri source, DatabaseUri target) {
    DatabaseIdentity from = identity("source", source, DatabaseRole.SOURCE);
    DatabaseIdentity to = identity("target", target, DatabaseRole.TARGET);
    if (from.sameDatabaseAs(to)) {
      throw CommandException.usage(
          "source and target are the same database, %s; give another target"
              .formatted(target.withoutPassword()));
    }
  }

  private static DatabaseIdentity identity(String side, DatabaseUri uri, DatabaseRole role) {
    try (Connection connection =
        new PostgresConnections(uri, new PasswordSource(role)).open(SESSION)) {
      return DatabaseErrors.call(
          "reading what the " + side + " is", () -> DatabaseIdentity.read(connection));
    } catch (DatabaseException refused) {
      throw new CommandException(
          ExitCode.USAGE, "the %s: %s".formatted(side, refused.getMessage()), refused);
    } catch (IllegalArgumentException wrong) {
      throw new CommandException(
          ExitCode.USAGE, "the %s: %s".formatted(side, wrong.getMessage()), wrong);
    } catch (SQLException closing) {
      throw new CommandException(
          ExitCode.USAGE, "the %s closed the connection".formatted(side), closing);
    }
  }
}
