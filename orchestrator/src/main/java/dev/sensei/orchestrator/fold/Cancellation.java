package dev.sensei.orchestrator.fold;

/** Rolling everything back, on the way to cancelled or to a new analysis. */
final class Cancellation {
  private Cancellation() {}

  static void start(Draft draft, String reason, String requestedBy) {
    if (draft.migration().targetTouched()) {
      draft.emit(new Event.CancellationStarted(draft.id(), reason, requestedBy));
    } else {
      draft.emit(new Event.MigrationCancelled(draft.id(), reason, requestedBy));
    }
  }

  /** The cursor's step: the last tables first, since those before them may be referred to. */
  static void drain(Draft draft, int index) {
    MigrationState m = draft.migration();
    if (index < 0) {
      end(draft);
    } else if (m.draining() < m.options().tablesInFlight()) {
      if (draft.table().claimed() && !draft.table().draining()) {
        TableRun.rollBack(draft, "everything is rolled back: " + m.drainReason(), false);
      }
      draft.proceed(new Cursor.Drain(index - 1));
    }
  }

  private static void end(Draft draft) {
    MigrationState m = draft.migration();
    if (m.draining() > 0) {
      return;
    }
    if (m.troubles() > 0) {
      incomplete(draft, Execution.names(m));
    } else {
      draft.issueOnce(TaskKind.ROLL_BACK_TARGET);
    }
  }

  static void targetRolledBack(Draft draft, Report.TargetRolledBack r) {
    draft.emit(new Event.TargetRolledBack(draft.id(), r.left()));
    MigrationState m = draft.migration();
    if (!r.left().isEmpty()) {
      incomplete(draft, String.join(", ", r.left()));
    } else if (m.drain() == Drain.REANALYZE) {
      Analysis.start(draft, "retried", m.drainRequestedBy());
    } else {
      draft.emit(new Event.MigrationCancelled(draft.id(), m.drainReason(), m.drainRequestedBy()));
    }
  }

  static void incomplete(Draft draft, String left) {
    draft.fail(
        LifecycleState.RUNNING,
        new Failure(
            FailureClass.INTERNAL,
            Commands.ROLLBACK_INCOMPLETE,
            "not everything could be rolled back: %s; CancelMigration tries again".formatted(left),
            ""));
  }
}
