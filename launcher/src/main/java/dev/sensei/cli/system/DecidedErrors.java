package dev.sensei.cli.system;

import dev.sensei.agents.journal.JournalDocuments;
import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.TaskKind;
import dev.sensei.schemas.event.CancellationStarted;
import dev.sensei.schemas.event.ErrorResolutionStarted;
import dev.sensei.schemas.event.ErrorsResolved;
import dev.sensei.schemas.event.MigrationFailed;
import dev.sensei.schemas.event.TaskFailed;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** How the latest decision about a migration's error queue ended, as the journal tells it. */
final class DecidedErrors {
  private boolean open;
  private Optional<String> failure = Optional.empty();

  /** Why it was not carried out to its end; empty where it was, or is not ended yet. */
  static Optional<String> read(JournalDocuments journal, String migrationId) {
    DecidedErrors told = new DecidedErrors();
    journal.forEach(migrationId, found -> told.take(found.event()));
    return told.failure();
  }

  /** Why the latest decision was not carried out to its end; empty where it was. */
  Optional<String> failure() {
    return failure;
  }

  /** Takes the next event in. */
  void take(SpecificRecord event) {
    switch (event) {
      case ErrorResolutionStarted begun -> {
        open = true;
        failure = Optional.empty();
      }
      case ErrorsResolved done -> open = false;
      case TaskFailed failed when failed.getKind() == TaskKind.RESOLVE_ERRORS ->
          end(sentence(failed.getFailure()));
      case MigrationFailed failed -> end(sentence(failed.getFailure()));
      case CancellationStarted cancelled -> end("the migration is being rolled back");
      default -> {
        // Nothing else ends a decision.
      }
    }
  }

  private void end(String why) {
    if (open) {
      failure = Optional.of(why);
      open = false;
    }
  }

  private static String sentence(Failure failure) {
    return failure.getCode() + ": " + failure.getMessage();
  }
}
