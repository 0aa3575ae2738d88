package dev.sensei.orchestrator.fold;

/** The validating phase: each step is finished before its failures end the phase. */
final class Validation {
  private Validation() {}

  static void start(Draft draft, String reason) {
    draft.emit(new Event.ValidationStarted(draft.id(), reason));
    Execution.keepSnapshot(draft);
    React.next(draft.migration()).forEach(draft::effect);
  }

  /** Goes on under a new snapshot; a stage without its task open is done. */
  static void pursue(Draft draft) {
    Execution.reissueHeaderTasks(draft);
    boolean open =
        draft.migration().tasks().stream()
            .anyMatch(task -> task.kind() != TaskKind.KEEP_SNAPSHOT && !Groups.of(task.kind()));
    if (open) {
      return;
    }
    switch (draft.migration().stage()) {
      case VALIDATING_TABLES -> draft.proceed(new Cursor.Sweep(0, false));
      case VALIDATING_REFERENCES -> afterReferences(draft);
      case RECONCILING -> draft.issueOnce(TaskKind.RELEASE_TARGET);
      case RELEASING -> validateStructure(draft);
      case VALIDATING_STRUCTURE -> certify(draft);
      case UNKNOWN, NONE, PREPARING, TABLES, FOREIGN_KEYS, FINISHING, CERTIFYING -> {}
    }
  }

  /**
   * Whether a task was asked for by a validation before the one at hand. Tables keep such tasks
   * until the new one asks for them, since starting it touches the header alone; nothing that is
   * said of them counts.
   */
  static boolean superseded(MigrationState migration, TaskKey key) {
    return key.kind() == TaskKind.VALIDATE_TABLE && key.round() < migration.round();
  }

  static Decision.Dropped supersededRound(MigrationState migration, TaskKey key) {
    return new Decision.Dropped(
        Outcome.SUPERSEDED_ROUND,
        "validation of round %d, the migration is at %d".formatted(key.round(), migration.round()));
  }

  static void validated(Draft draft, Report.TableValidated r) {
    TableState table = draft.table();
    draft.emit(
        new Event.TableValidated(
            draft.id(),
            table.table(),
            table.tableIndex(),
            table.epoch(),
            r.outcome(),
            r.evidence()));
  }

  /** After the cursor has passed the last table. */
  static void endTables(Draft draft) {
    MigrationState m = draft.migration();
    if (m.active() > 0) {
      return;
    }
    if (m.troubles() > 0) {
      fail(draft, "%d of %d tables".formatted(m.troubles(), m.tables()));
    } else if (m.validated() != m.tables()) {
      incomplete(draft);
    } else if (draft.mayIssue(TaskKind.VALIDATE_REFERENCES)) {
      draft.issueOnce(TaskKind.VALIDATE_REFERENCES);
    }
  }

  static void referencesValidated(Draft draft, Report.ReferencesValidated r) {
    draft.emit(new Event.ReferencesValidated(draft.id(), r.result()));
    if (draft.migration().troubles() > 0) {
      fail(draft, "%d of %d references".formatted(failed(r.result()), r.result().checked()));
    } else {
      afterReferences(draft);
    }
  }

  private static void afterReferences(Draft draft) {
    if (draft.migration().targetReleased()) {
      validateStructure(draft);
    } else {
      draft.issueOnce(TaskKind.RECONCILE_LEDGER);
    }
  }

  static void ledgerReconciled(Draft draft, Report.LedgerReconciled r) {
    draft.emit(
        new Event.LedgerReconciled(
            draft.id(), r.chunks(), r.rows(), r.digest(), r.discrepancies()));
    if (r.discrepancies().isEmpty()) {
      draft.issueOnce(TaskKind.RELEASE_TARGET);
    } else {
      fail(
          draft,
          "the ledger against the journal (%s)"
              .formatted(
                  String.join("; ", r.discrepancies().stream().limit(Evolve.NAMED).toList())));
    }
  }

  static void targetReleased(Draft draft) {
    draft.emit(new Event.TargetReleased(draft.id()));
    validateStructure(draft);
  }

  private static void validateStructure(Draft draft) {
    if (draft.mayIssue(TaskKind.VALIDATE_STRUCTURE)) {
      draft.issueOnce(TaskKind.VALIDATE_STRUCTURE);
    }
  }

  static void structureValidated(Draft draft, Report.StructureValidated r) {
    draft.emit(new Event.StructureValidated(draft.id(), r.result()));
    if (draft.migration().troubles() > 0) {
      fail(draft, "%d of %d objects".formatted(failed(r.result()), r.result().checked()));
    } else {
      certify(draft);
    }
  }

  /** Asks for the certificate, unless something in this validation speaks against it. */
  static void certify(Draft draft) {
    MigrationState m = draft.migration();
    if (m.active() != 0 || m.validated() != m.tables()) {
      incomplete(draft);
      return;
    }
    long exceptions = m.planExceptions() + m.deviationCount() + m.openErrors() + m.deviatingRows();
    if (exceptions > 0 && !m.exceptionsAccepted()) {
      draft.fail(
          LifecycleState.VALIDATING,
          new Failure(
              FailureClass.DATA,
              Commands.EXCEPTIONS_NOT_ACCEPTED,
              "exceptions and deviations that nobody has accepted: %d; once they are accepted, the certificate names each"
                  .formatted(exceptions),
              ""));
    } else {
      draft.issueOnce(TaskKind.CERTIFY_MIGRATION);
    }
  }

  private static void incomplete(Draft draft) {
    MigrationState m = draft.migration();
    draft.fail(
        LifecycleState.VALIDATING,
        new Failure(
            FailureClass.INTERNAL,
            "VALIDATION_INCOMPLETE",
            "expected %d tables validated and none in work, found %d and %d; retry validates again"
                .formatted(m.tables(), m.validated(), m.active()),
            ""));
  }

  private static long failed(PerspectiveResult result) {
    return result.checked() - result.passed();
  }

  private static void fail(Draft draft, String what) {
    MigrationState m = draft.migration();
    String ledger =
        m.targetReleased() ? "the ledger is gone already" : "the ledger stays in the target";
    draft.fail(
        LifecycleState.VALIDATING,
        new Failure(
            FailureClass.DATA,
            "VALIDATION_FAILED",
            "validation failed for %s%s; %s; retry validates again, rollback takes all back"
                .formatted(what, m.troubled().isEmpty() ? "" : ": " + Execution.names(m), ledger),
            ""));
  }
}
