package dev.sensei.agents;

import dev.sensei.agents.journal.JournalException;
import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.FailureClass;
import org.jspecify.annotations.Nullable;

/** From what a handler threw to what is reported and logged: never a value of a row. */
final class Failures {
  private static final int FRAMES = 60;
  private static final int CAUSES = 8;

  private Failures() {}

  static Failure of(Exception thrown) {
    return switch (thrown) {
      case TaskFailure known -> known.failure();
      case JournalException journal ->
          failure(FailureClass.TRANSIENT, journal.code(), journal.getMessage(), "");
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
    return thrown instanceof TaskFailure || thrown instanceof JournalException;
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
