package dev.sensei.agents;

import dev.sensei.agents.journal.JournalException;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.FailureClass;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** From what a handler threw to what is reported and logged: never a value of a row. */
final class Failures {
  private static final int FRAMES = 60;
  private static final int CAUSES = 8;

  private Failures() {}

  static Failure of(Exception thrown) {
    return switch (thrown) {
      case TaskFailure known -> known.failure();
      case DatabaseException database -> ofDatabase(database);
      case SQLException unclassified ->
          ofDatabase(DatabaseErrors.translate("working on a database", unclassified));
      case JournalException journal ->
          failure(
              journal.mayPass() ? FailureClass.TRANSIENT : FailureClass.DATA,
              journal.code(),
              journal.getMessage(),
              "");
      default ->
          failure(
              FailureClass.INTERNAL,
              "UNEXPECTED",
              "the agent failed with %s; its log has where".formatted(thrown.getClass().getName()),
              "");
    };
  }

  /** Whether a failure is expected, so that its message says all there is to say. */
  static boolean isKnown(Exception thrown) {
    return thrown instanceof TaskFailure
        || thrown instanceof JournalException
        || thrown instanceof DatabaseException;
  }

  /** The stack of an unexpected exception without messages, which may quote rows. */
  static String frames(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    Throwable at = thrown;
    for (int depth = 0; at != null && depth < CAUSES; depth++) {
      text.append(depth == 0 ? "" : "\ncaused by ").append(at.getClass().getName());
      StackTraceElement[] frames = at.getStackTrace();
      for (int frame = 0; frame < Math.min(FRAMES, frames.length); frame++) {
        text.append("\n\tat ").append(frames[frame]);
      }
      at = at.getCause();
    }
    return text.toString();
  }

  private static Failure ofDatabase(DatabaseException database) {
    ErrorFields fields = database.fields();
    String object =
        fields
            .table()
            .map(table -> fields.schema().map(schema -> schema + "." + table).orElse(table))
            .or(fields::constraint)
            .orElse("");
    FailureClass failureClass =
        switch (database.errorClass()) {
          case TRANSIENT -> FailureClass.TRANSIENT;
          case DATA -> FailureClass.DATA;
          case SCHEMA -> FailureClass.SCHEMA;
          case RESOURCE -> FailureClass.RESOURCE;
          case PERMISSION -> FailureClass.PERMISSION;
          case CONFIGURATION -> FailureClass.CONFIGURATION;
          case INTERNAL -> FailureClass.INTERNAL;
        };
    String code = database.sqlState().isEmpty() ? "DATABASE" : database.sqlState();
    return failure(failureClass, code, database.getMessage(), object);
  }

  private static Failure failure(
      FailureClass failureClass, String code, @Nullable String message, String object) {
    return Failure.newBuilder()
        .setFailureClass(failureClass)
        .setCode(code)
        .setMessage(message == null ? "" : message)
        .setObject(object)
        .build();
  }
}
