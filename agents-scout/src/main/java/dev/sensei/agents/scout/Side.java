package dev.sensei.agents.scout;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.PostgresConnections;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.schemas.common.DatabaseReference;
import dev.sensei.schemas.common.FailureClass;
import java.sql.Connection;
import java.util.Locale;
import java.util.Set;

/** One side of a migration, and how it is reached. */
record Side(DatabaseRole role, PostgresConnections connections) {
  private static final String APPLICATION = "sensei-scout";

  /** The server is on its way up or down, or has no room: trying again helps. */
  private static final Set<String> PASSING = Set.of("57P03", "57P01", "53300");

  /**
   * The side behind a reference.
   *
   * @throws TaskFailure where the reference cannot be read
   */
  static Side of(DatabaseAccess access, DatabaseReference reference, DatabaseRole role)
      throws TaskFailure {
    try {
      return new Side(role, access.connections(reference, role));
    } catch (IllegalArgumentException unreadable) {
      throw unusable(role, unreadable);
    }
  }

  /** {@code source} or {@code target}. */
  String name() {
    return role.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Opens a connection that the caller closes.
   *
   * @throws TaskFailure where that cannot be done, with what is wrong and what to do
   */
  Connection open() throws TaskFailure {
    DatabaseUri uri = connections.uri();
    try {
      return connections.open(APPLICATION);
    } catch (IllegalArgumentException noPassword) {
      throw unusable(role, noPassword);
    } catch (DatabaseException thrown) {
      if (PASSING.contains(thrown.sqlState())) {
        throw thrown;
      }
      String message = "the " + name() + " cannot be used: " + thrown.getMessage();
      throw switch (thrown.errorClass()) {
        case CONFIGURATION, PERMISSION ->
            new TaskFailure(
                FailureClass.CONFIGURATION, state(thrown), message + advice(thrown), object(uri));
        case TRANSIENT, DATA, SCHEMA, RESOURCE, INTERNAL ->
            new TaskFailure(FailureClass.CONFIGURATION, "UNREACHABLE", message, object(uri));
      };
    }
  }

  private String advice(DatabaseException thrown) {
    return switch (thrown.sqlState()) {
      case "28P01", "28000" ->
          "; set it in %s, in PGPASSWORD, or in ~/.pgpass".formatted(role.passwordVariable());
      case "3D000" -> "; create it, or correct the URI";
      default -> "";
    };
  }

  private static String state(DatabaseException thrown) {
    return thrown.sqlState().isEmpty() ? "UNREACHABLE" : thrown.sqlState();
  }

  private static String object(DatabaseUri uri) {
    return uri.host() + ":" + uri.port() + "/" + uri.database();
  }

  private static TaskFailure unusable(DatabaseRole role, IllegalArgumentException why) {
    return new TaskFailure(
        FailureClass.CONFIGURATION,
        "BAD_REFERENCE",
        "the %s cannot be used: %s"
            .formatted(role.name().toLowerCase(Locale.ROOT), why.getMessage()));
  }
}
