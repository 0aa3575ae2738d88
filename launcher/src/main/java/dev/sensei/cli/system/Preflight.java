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
          "source and target are the same database: %s and %s lead to database %s of one server; give another target"
              .formatted(source.withoutPassword(), target.withoutPassword(), to.databaseName()));
    }
  }

  /** What to do, where the reason alone does not say it. */
  private static String advice(DatabaseException refused, DatabaseRole role) {
    String places = "in the URI, in %s, PGPASSWORD or ~/.pgpass".formatted(role.passwordVariable());
    return switch (refused.sqlState()) {
      case "28P01" -> "; give the right one " + places;
      case "08004" -> "; where the server asks for a password, give it " + places;
      case "28000" -> "; check the user's name, or let it in there";
      case "3D000" -> "; check its name, or create it first";
      case "08001" -> "; check host and port";
      case "53300", "57P03" -> "; try again later";
      default -> "";
    };
  }

  private static DatabaseIdentity identity(String side, DatabaseUri uri, DatabaseRole role) {
    try (Connection connection =
        new PostgresConnections(uri, new PasswordSource(role)).open(SESSION)) {
      return DatabaseErrors.call(
          "reading what the " + side + " is", () -> DatabaseIdentity.read(connection));
    } catch (DatabaseException refused) {
      throw new CommandException(
          ExitCode.USAGE,
          "the %s: %s%s".formatted(side, refused.getMessage(), advice(refused, role)),
          refused);
    } catch (IllegalArgumentException wrong) {
      throw new CommandException(
          ExitCode.USAGE, "the %s: %s".formatted(side, wrong.getMessage()), wrong);
    } catch (SQLException closing) {
      throw new CommandException(
          ExitCode.USAGE, "the %s closed the connection".formatted(side), closing);
    }
  }
}
