package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.CheckOutcome;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.LifecycleState;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.Milestone;
import dev.sensei.orchestrator.fold.PerspectiveResult;
import dev.sensei.orchestrator.fold.TableErrors;
import dev.sensei.orchestrator.fold.TaskKind;
import dev.sensei.orchestrator.projection.OperationRows.Result;
import java.sql.SQLException;
import java.time.Instant;

/** Rows that follow from events about a migration as a whole. */
final class MigrationEvents {
  private final MigrationRows migrations;
  private final TableRunRows tables;
  private final OperationRows operations;
  private final TaskRows tasks;
  private final WaitRows waits;
  private final ErrorRows errors;

  MigrationEvents(
      MigrationRows migrations,
      TableRunRows tables,
      OperationRows operations,
      TaskRows tasks,
      WaitRows waits,
      ErrorRows errors) {
    this.migrations = migrations;
    this.tables = tables;
    this.operations = operations;
    this.tasks = tasks;
    this.waits = waits;
    this.errors = errors;
  }

  void apply(Event.OfMigration event, long sequence, Instant time) throws SQLException {
    MigrationId id = event.migrationId();
    switch (event) {
      case Event.MigrationCreated created -> migrations.created(created, time);
      case Event.AnalysisStarted _ -> migrations.state(id, LifecycleState.ANALYZING);
      case Event.TableDescribed described ->
          operations.record(
              id,
              Operation.of(TaskKind.ANALYZE_DATABASES),
              described.table(),
              -1,
              0,
              new Result(null, described.rowEstimate(), null),
              sequence,
              time);
      case Event.CatalogDescribed _ ->
          operations.record(
              id,
              Operation.CATALOG_ANALYSIS,
              Operation.ALL_TABLES,
              -1,
              0,
              Result.DONE,
              sequence,
              time);
      case Event.AnalysisCompleted completed -> {
        migrations.analyzed(completed);
        operations.completed(
            id,
            TaskKind.ANALYZE_DATABASES,
            new Result(null, completed.rowEstimate(), null),
            sequence,
            time);
      }
      case Event.PlanningStarted started -> {
        migrations.planning(started);
        waits.over(id, Operation.PLAN_APPROVAL.name(), -1, "skipped", "planned again", time);
      }
      case Event.PlanCompleted completed -> {
        migrations.planned(completed);
        tables.planCompleted(completed);
        errors.planCompleted(id);
        operations.completed(
            id,
            TaskKind.PLAN_MIGRATION,
            new Result(null, completed.rowEstimate(), null),
            sequence,
            time);
        waits.begun(id, Operation.PLAN_APPROVAL, -1, 0, "", sequence, time);
      }
      case Event.PlanApproved approved -> {
        migrations.approved(approved);
        waits.over(id, Operation.PLAN_APPROVAL.name(), -1, "completed", null, time);
      }
      case Event.PlanRejected rejected ->
          waits.over(
              id,
              Operation.PLAN_APPROVAL.name(),
              -1,
              "failed",
              "rejected: " + rejected.reason(),
              time);
      case Event.ExceptionsAccepted _ -> migrations.exceptionsAccepted(id);
      case Event.MilestoneReached reached -> {
        migrations.waitsFor(id, StateId.name(reached.milestone()));
        if (reached.milestone() == Milestone.ERRORS_OPEN) {
          migrations.acceptanceVoid(id);
        }
        waits.begun(id, milestone(reached.milestone()), -1, 0, "", sequence, time);
      }
      case Event.MilestonePassed passed -> {
        migrations.waitsFor(id, "");
        waits.over(id, milestone(passed.milestone()).name(), -1, "completed", null, time);
      }
      case Event.ExecutionStarted _ -> migrations.running(id, time);
      case Event.SnapshotExported exported -> {
        operations.completed(id, TaskKind.KEEP_SNAPSHOT, Result.DONE, sequence, time);
        if (!exported.sourceUnchanged()) {
          migrations.sourceChanged(id);
        }
      }
      case Event.SnapshotLost lost ->
          operations.record(
              id,
              Operation.of(TaskKind.KEEP_SNAPSHOT),
              Operation.ALL_TABLES,
              -1,
              0,
              new Result(null, null, "snapshot lost: " + lost.reason()),
              sequence,
              time);
      case Event.TargetPrepared _ ->
          operations.completed(id, TaskKind.PREPARE_TARGET, Result.DONE, sequence, time);
      case Event.TargetFinished _ ->
          operations.completed(id, TaskKind.FINISH_TARGET, Result.DONE, sequence, time);
      case Event.ErrorResolutionStarted _ -> {
        // The task that follows has a row of its own.
      }
      case Event.ErrorsResolved resolved -> {
        operations.completed(id, TaskKind.RESOLVE_ERRORS, Result.DONE, sequence, time);
        for (TableErrors table : resolved.tables()) {
          if (errors.moreCorrected(id, table)) {
            migrations.acceptanceVoid(id);
          }
          if (table.fetched() > 0) {
            operations.record(
                id,
                Operation.MISSING_PARENTS,
                table.table(),
                table.tableIndex(),
                0,
                new Result(table.fetched(), table.fetched(), null),
                sequence,
                time);
          }
        }
      }
      case Event.MigrationPaused _ -> {
        migrations.state(id, LifecycleState.PAUSED);
        waits.begun(id, Operation.PAUSE, -1, 0, "", sequence, time);
      }
      case Event.MigrationResumed _ -> {
        migrations.state(id, LifecycleState.RUNNING);
        waits.over(id, Operation.PAUSE.name(), -1, "completed", null, time);
      }
      case Event.ExecutionCompleted completed -> migrations.completed(completed, time);
      case Event.ValidationStarted _ -> migrations.state(id, LifecycleState.VALIDATING);
      case Event.ReferencesValidated validated ->
          operations.completed(
              id, TaskKind.VALIDATE_REFERENCES, of(validated.result()), sequence, time);
      case Event.LedgerReconciled reconciled ->
          operations.completed(
              id,
              TaskKind.RECONCILE_LEDGER,
              new Result(
                  reconciled.rows(),
                  reconciled.rows(),
                  reconciled.discrepancies().isEmpty()
                      ? null
                      : Findings.firstOf(reconciled.discrepancies(), "")),
              sequence,
              time);
      case Event.TargetReleased _ ->
          operations.completed(id, TaskKind.RELEASE_TARGET, Result.DONE, sequence, time);
      case Event.StructureValidated validated ->
          operations.completed(
              id, TaskKind.VALIDATE_STRUCTURE, of(validated.result()), sequence, time);
      case Event.CertificateIssued issued -> {
        operations.completed(id, TaskKind.CERTIFY_MIGRATION, Result.DONE, sequence, time);
        operations.end(id, "the migration is certified", time);
        migrations.certified(issued, time);
      }
      case Event.MigrationFailed failed -> {
        migrations.failed(failed);
        operations.suspend(id, "the migration failed");
      }
      case Event.RetryStarted started -> {
        migrations.retried(started);
        tasks.dissolved(id, time);
      }
      case Event.CancellationStarted _ -> {
        migrations.cancelling(id);
        operations.end(id, "the migration is being cancelled", time);
      }
      case Event.TargetRolledBack back ->
          operations.completed(
              id,
              TaskKind.ROLL_BACK_TARGET,
              new Result(null, null, Findings.left(back.left())),
              sequence,
              time);
      case Event.MigrationCancelled _ -> {
        operations.end(id, "the migration is cancelled", time);
        migrations.cancelled(id, time);
      }
      case Event.GroupCompleted completed -> tasks.completed(completed, sequence, time);
      case Event.CommandRejected _ -> {
        // Nothing happened to the migration: the journal alone tells of it.
      }
    }
  }

  private static Operation milestone(Milestone milestone) {
    return switch (milestone) {
      case BEFORE_EXECUTION -> new Operation(Operation.EXECUTION, "milestone_before_execution");
      case BEFORE_VALIDATION -> new Operation(Operation.VALIDATION, "milestone_before_validation");
      case ERRORS_OPEN -> new Operation(Operation.EXECUTION, "error_decision");
      case UNKNOWN -> new Operation(Operation.EXECUTION, "milestone");
    };
  }

  private static Result of(PerspectiveResult result) {
    return new Result(
        result.passed(),
        result.checked(),
        result.outcome() == CheckOutcome.FAILED
            ? Findings.firstOf(result.differences(), result.note())
            : null);
  }
}
