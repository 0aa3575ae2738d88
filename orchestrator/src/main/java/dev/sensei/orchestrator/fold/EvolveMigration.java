package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;

/** What events that belong to no table and no task make of a migration's header. */
final class EvolveMigration {
  private EvolveMigration() {}

  static MigrationState created(Event.MigrationCreated event) {
    return new MigrationState(
        event.migrationId(),
        1,
        LifecycleState.CREATED,
        Stage.NONE,
        event.source(),
        event.target(),
        event.options(),
        event.requestedBy(),
        0,
        List.of(),
        0,
        0,
        "",
        0,
        "",
        0,
        0,
        0,
        "",
        false,
        Milestone.UNKNOWN,
        0,
        Optional.empty(),
        false,
        0,
        List.of(),
        0,
        false,
        false,
        false,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        Drain.NONE,
        "",
        "",
        0,
        List.of(),
        LifecycleState.UNKNOWN,
        Optional.empty(),
        0,
        0,
        0,
        0,
        0,
        0,
        Optional.empty(),
        "");
  }

  static void evolve(MigrationEdit edit, Event.OfMigration event) {
    switch (event) {
      case Event.AnalysisStarted e -> {
        begin(edit, LifecycleState.ANALYZING);
        edit.analysis = e.analysis();
        edit.analysisAttempt = 0;
        edit.catalogDigest = "";
        forgetPlan(edit);
      }
      case Event.AnalysisCompleted e -> {
        edit.analysisAttempt = e.attempt();
        edit.catalogDigest = e.catalogDigest();
        edit.tasks = OpenTasks.without(edit.tasks, TaskKind.ANALYZE_DATABASES);
      }
      case Event.PlanningStarted e -> {
        begin(edit, LifecycleState.PLANNING);
        edit.plan = e.plan();
        edit.options = e.options();
        forgetPlan(edit);
      }
      case Event.PlanCompleted e -> {
        move(edit, LifecycleState.AWAITING_APPROVAL);
        edit.planDigest = e.planDigest();
        edit.planExceptions = e.exceptions().size();
        edit.tables = e.tables();
        edit.tasks = OpenTasks.without(edit.tasks, TaskKind.PLAN_MIGRATION);
      }
      case Event.PlanApproved e -> {
        move(edit, LifecycleState.APPROVED);
        edit.approver = e.approver();
        edit.exceptionsAccepted = e.exceptionsAccepted();
        edit.acceptedBy = e.exceptionsAccepted() ? e.approver() : "";
      }
      case Event.ExceptionsAccepted e -> {
        edit.exceptionsAccepted = true;
        edit.acceptedBy = e.approver();
      }
      case Event.MilestoneReached e -> {
        edit.waitingFor = e.milestone();
        if (e.milestone() == Milestone.ERRORS_OPEN) {
          // Who accepted before could not know of these rows.
          forgetAcceptance(edit);
        }
      }
      case Event.MilestonePassed _ -> milestonePassed(edit);
      case Event.ExecutionStarted _ -> executionStarted(edit);
      case Event.SnapshotExported e -> snapshotExported(edit, e);
      case Event.SnapshotLost _ -> edit.snapshotAlive = false;
      case Event.TargetPrepared _ -> {
        edit.tasks = OpenTasks.without(edit.tasks, TaskKind.PREPARE_TARGET);
        edit.targetPrepared = true;
        Evolve.settle(edit);
      }
      case Event.TargetFinished _ -> {
        edit.tasks = OpenTasks.without(edit.tasks, TaskKind.FINISH_TARGET);
        edit.stage = Stage.NONE;
      }
      case Event.GroupCompleted e -> {
        OpenTasks.find(edit.tasks, e.taskId()).ifPresent(group -> Groups.closed(edit, group));
        edit.tasks = OpenTasks.without(edit.tasks, e.taskId());
      }
      case Event.ErrorResolutionStarted e -> {
        edit.round++;
        edit.resolution = Optional.of(e.resolution());
      }
      case Event.ErrorsResolved e -> errorsResolved(edit, e);
      case Event.MigrationPaused _ -> move(edit, LifecycleState.PAUSED);
      case Event.MigrationResumed _ -> move(edit, LifecycleState.RUNNING);
      case Event.ExecutionCompleted _ -> {
        move(edit, LifecycleState.COMPLETED);
        edit.stage = Stage.NONE;
      }
      case Event.ValidationStarted _ -> validationStarted(edit);
      case Event.ReferencesValidated e -> checked(edit, TaskKind.VALIDATE_REFERENCES, e.result());
      case Event.StructureValidated e -> checked(edit, TaskKind.VALIDATE_STRUCTURE, e.result());
      case Event.LedgerReconciled _ ->
          edit.tasks = OpenTasks.without(edit.tasks, TaskKind.RECONCILE_LEDGER);
      case Event.TargetReleased _ -> {
        edit.tasks = OpenTasks.without(edit.tasks, TaskKind.RELEASE_TARGET);
        edit.targetReleased = true;
      }
      case Event.CertificateIssued _ -> end(edit, LifecycleState.CERTIFIED);
      case Event.MigrationFailed e -> failed(edit, e);
      case Event.RetryStarted e -> retryStarted(edit, e.phase());
      case Event.CancellationStarted e -> drain(edit, Drain.CANCEL, e.reason(), e.requestedBy());
      case Event.TargetRolledBack e -> {
        edit.tasks = OpenTasks.without(edit.tasks, TaskKind.ROLL_BACK_TARGET);
        edit.targetTouched = !e.left().isEmpty();
        edit.targetPrepared = edit.targetPrepared && !e.left().isEmpty();
      }
      case Event.MigrationCancelled _ -> end(edit, LifecycleState.CANCELLED);
      case Event.TableDescribed _ -> {}
      case Event.CatalogDescribed _ -> {}
      case Event.PlanRejected _ -> {}
      case Event.CommandRejected _ -> {}
      case Event.MigrationCreated e ->
          throw new IllegalStateException("the migration was made already: " + e.migrationId());
    }
  }

  private static void begin(MigrationEdit edit, LifecycleState state) {
    move(edit, state);
    edit.round++;
    edit.tasks = List.of();
    edit.stage = Stage.NONE;
    edit.drain = Drain.NONE;
    edit.waitingFor = Milestone.UNKNOWN;
    forgetFailure(edit);
  }

  private static void forgetPlan(MigrationEdit edit) {
    edit.planDigest = "";
    edit.planExceptions = 0;
    edit.tables = 0;
    edit.tablesPlanned = 0;
    edit.approver = "";
    forgetAcceptance(edit);
  }

  private static void forgetAcceptance(MigrationEdit edit) {
    edit.exceptionsAccepted = false;
    edit.acceptedBy = "";
  }

  private static void milestonePassed(MigrationEdit edit) {
    edit.waitingFor = Milestone.UNKNOWN;
    if (edit.stage == Stage.FOREIGN_KEYS) {
      // Those that lacked rows are tried again, by tasks of their own.
      edit.round++;
      edit.nextTable = 0;
      forgetTroubles(edit);
    }
  }

  private static void forgetFailure(MigrationEdit edit) {
    edit.failedPhase = LifecycleState.UNKNOWN;
    edit.failure = Optional.empty();
    forgetTroubles(edit);
  }

  private static void forgetTroubles(MigrationEdit edit) {
    edit.troubles = 0;
    edit.troubled = List.of();
    edit.orphaned = 0;
  }

  private static void executionStarted(MigrationEdit edit) {
    begin(edit, LifecycleState.RUNNING);
    edit.stage = Stage.PREPARING;
    edit.snapshotEvidence = Optional.empty();
    edit.snapshotAlive = false;
    edit.snapshotChangedAt = 0;
    edit.deviations = List.of();
    edit.deviationCount = 0;
    edit.targetPrepared = false;
    edit.targetReleased = false;
    edit.nextTable = 0;
    edit.active = 0;
    edit.blocked = 0;
    edit.done = 0;
    edit.failed = 0;
    edit.rolledBack = 0;
    edit.rows = 0;
    edit.bytes = 0;
    edit.openErrors = 0;
    edit.recoveredErrors = 0;
    edit.correctedErrors = 0;
    edit.deviatingRows = 0;
    edit.withdrawnErrors = 0;
    edit.resolution = Optional.empty();
  }

  private static void errorsResolved(MigrationEdit edit, Event.ErrorsResolved event) {
    long corrected = event.tables().stream().mapToLong(TableErrors::corrected).sum();
    long recovered =
        event.tables().stream().mapToLong(table -> table.retried() + table.corrected()).sum();
    edit.tasks = OpenTasks.without(edit.tasks, TaskKind.RESOLVE_ERRORS);
    edit.resolution = Optional.empty();
    edit.openErrors = event.tables().stream().mapToLong(TableErrors::open).sum();
    long withdrawn = event.tables().stream().mapToLong(TableErrors::withdrawn).sum();
    edit.rows += recovered - withdrawn - (edit.recoveredErrors - edit.withdrawnErrors);
    edit.recoveredErrors = recovered;
    edit.withdrawnErrors = withdrawn;
    if (corrected > edit.correctedErrors) {
      // What a correction makes of a row was in no plan, and known to nobody who accepted before.
      forgetAcceptance(edit);
    }
    edit.deviatingRows += corrected - edit.correctedErrors;
    edit.correctedErrors = corrected;
  }

  private static void snapshotExported(MigrationEdit edit, Event.SnapshotExported event) {
    edit.snapshot = event.number();
    edit.snapshotEvidence = Optional.of(event.snapshot());
    edit.snapshotAlive = true;
    edit.tasks =
        edit.tasks.stream()
            .map(
                task ->
                    task.kind() == TaskKind.KEEP_SNAPSHOT
                        ? OpenTasks.moved(task, OpenTaskStatus.ISSUED, 0)
                        : task)
            .toList();
    if (!event.sourceUnchanged()) {
      edit.snapshotChangedAt = event.number();
      if (edit.done > 0) {
        forgetAcceptance(edit);
        edit.deviationCount++;
        if (edit.deviations.size() < Evolve.NAMED) {
          edit.deviations =
              Evolve.append(
                  edit.deviations,
                  "snapshot %d: the source may have changed after %d tables were done"
                      .formatted(event.number(), edit.done));
        }
      }
    }
    Evolve.settle(edit);
  }

  private static void validationStarted(MigrationEdit edit) {
    if (edit.state != LifecycleState.VALIDATING) {
      move(edit, LifecycleState.VALIDATING);
    }
    edit.round++;
    edit.tasks = edit.tasks.stream().filter(task -> task.kind() == TaskKind.KEEP_SNAPSHOT).toList();
    edit.stage = Stage.VALIDATING_TABLES;
    edit.waitingFor = Milestone.UNKNOWN;
    edit.nextTable = 0;
    edit.active = 0;
    edit.validated = 0;
    forgetFailure(edit);
  }

  private static void checked(MigrationEdit edit, TaskKind kind, PerspectiveResult result) {
    edit.tasks = OpenTasks.without(edit.tasks, kind);
    if (result.outcome() == CheckOutcome.FAILED) {
      Evolve.trouble(edit, result.perspective().name());
    }
  }

  private static void failed(MigrationEdit edit, Event.MigrationFailed event) {
    move(edit, LifecycleState.FAILED);
    edit.failedPhase = event.phase();
    edit.failure = Optional.of(event.failure());
    edit.drain = Drain.NONE;
    edit.waitingFor = Milestone.UNKNOWN;
    edit.resolution = Optional.empty();
    boolean kept = edit.snapshotAlive;
    Groups.forgetAll(edit);
    edit.tasks =
        edit.tasks.stream().filter(task -> kept && task.kind() == TaskKind.KEEP_SNAPSHOT).toList();
  }

  private static void retryStarted(MigrationEdit edit, LifecycleState phase) {
    if (phase == LifecycleState.RUNNING || phase == LifecycleState.VALIDATING) {
      move(edit, phase);
      edit.round++;
      forgetFailure(edit);
      if (edit.stage == Stage.FOREIGN_KEYS) {
        edit.nextTable = 0;
      }
    } else if (phase == LifecycleState.ANALYZING && edit.targetTouched) {
      drain(edit, Drain.REANALYZE, "the source's schema changed", edit.createdBy);
    }
  }

  private static void drain(MigrationEdit edit, Drain drain, String reason, String requestedBy) {
    edit.drain = drain;
    edit.drainReason = reason;
    edit.drainRequestedBy = requestedBy;
    edit.resolution = Optional.empty();
    edit.round++;
    Groups.forgetAll(edit);
    edit.tasks = List.of();
    edit.stage = Stage.NONE;
    edit.snapshotAlive = false;
    edit.waitingFor = Milestone.UNKNOWN;
    edit.draining = 0;
    edit.nextTable = edit.tables - 1;
    forgetTroubles(edit);
  }

  private static void end(MigrationEdit edit, LifecycleState state) {
    move(edit, state);
    edit.tasks = List.of();
    edit.stage = Stage.NONE;
    edit.drain = Drain.NONE;
    edit.snapshotAlive = false;
    edit.waitingFor = Milestone.UNKNOWN;
    edit.resolution = Optional.empty();
  }

  private static void move(MigrationEdit edit, LifecycleState to) {
    if (!Lifecycle.leads(edit.state, to)) {
      throw new IllegalStateException(
          "migration %s cannot go from %s to %s".formatted(edit.migrationId, edit.state, to));
    }
    edit.state = to;
  }
}
