package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.CheckOutcome;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.LifecycleState;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.Milestone;
import dev.sensei.orchestrator.fold.PerspectiveResult;
import dev.sensei.orchestrator.fold.TableErrors;
import dev.sensei.orchestrator.fold.TableRunState;
import dev.sensei.orchestrator.fold.TaskKind;
import dev.sensei.orchestrator.projection.OperationRows.Result;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Turns records of the journal into rows, inside the caller's transaction. A record that was
 * applied before changes nothing.
 */
public final class JournalProjection {
  private static final int SHOWN = 5;

  private final Rows rows;
  private final MigrationRows migrations;
  private final TableRunRows tables;
  private final OperationRows operations;
  private final TaskRows tasks;
  private final ChunkRows chunks;
  private final WaitRows waits;
  private final ErrorRows errors;

  /** Writes through a connection whose transactions the caller begins and ends. */
  public JournalProjection(Connection connection) {
    rows = new Rows(connection);
    migrations = new MigrationRows(rows);
    tables = new TableRunRows(rows);
    operations = new OperationRows(rows);
    tasks = new TaskRows(rows);
    chunks = new ChunkRows(rows, tasks);
    waits = new WaitRows(rows);
    errors = new ErrorRows(rows);
  }

  /**
   * Applies a record and moves the partition's offset behind it.
   *
   * @return whether it changed anything; false for a record that was applied before
   */
  public boolean apply(JournalEntry entry) throws SQLException {
    if (!advance(entry.topic(), entry.partition(), entry.offset())) {
      return false;
    }
    MigrationId migration = entry.event().migrationId();
    OptionalLong applied =
        rows.number("SELECT sequence FROM migration WHERE id = ? FOR UPDATE", migration);
    if (applied.isPresent() && entry.sequence() <= applied.getAsLong()) {
      return false;
    }
    apply(entry.event(), entry.sequence(), entry.time());
    migrations.projected(migration, entry.sequence(), entry.hash(), entry.time());
    return true;
  }

  /** Leaves a record out that cannot be projected, and says why. */
  public void skip(String topic, int partition, long offset, String reason) throws SQLException {
    if (advance(topic, partition, offset)) {
      rows.change(
          "INSERT INTO projection_error VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
          topic,
          partition,
          offset,
          reason);
    }
  }

  private boolean advance(String topic, int partition, long offset) throws SQLException {
    return rows.change(
            """
            INSERT INTO projection_offset AS p (topic, partition, next_offset) VALUES (?, ?, ?)
            ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset
            WHERE p.next_offset < excluded.next_offset
            """,
            topic,
            partition,
            offset + 1)
        > 0;
  }

  private void apply(Event event, long sequence, Instant time) throws SQLException {
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
      case Event.TablePlanned planned -> {
        tables.planned(planned, time);
        Result result = new Result(null, planned.rowEstimate(), null);
        Operation strategy = Operation.of(TaskKind.PLAN_MIGRATION);
        for (Operation operation : List.of(strategy, Operation.COLUMN_MAPPING)) {
          operations.record(
              id, operation, planned.table(), planned.tableIndex(), 0, result, sequence, time);
        }
      }
      case Event.PlanCompleted completed -> {
        migrations.planned(completed);
        tables.planCompleted(completed);
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
        waits.begun(id, milestone(reached.milestone()), -1, 0, "", sequence, time);
      }
      case Event.MilestonePassed passed -> {
        migrations.waitsFor(id, "");
        waits.over(id, milestone(passed.milestone()).name(), -1, "completed", null, time);
      }
      case Event.ExecutionStarted _ -> migrations.running(id, time);
      case Event.SnapshotExported _ ->
          operations.completed(id, TaskKind.KEEP_SNAPSHOT, Result.DONE, sequence, time);
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
      case Event.TableMoved moved -> moved(moved, sequence, time);
      case Event.TablePrepared prepared -> {
        operations.completed(
            id,
            TaskKind.PREPARE_TABLE,
            prepared.tableIndex(),
            prepared.epoch(),
            Result.DONE,
            sequence,
            time);
        chunks.undone(id, prepared.tableIndex(), prepared.epoch(), time);
        tables.prepared(prepared, time);
      }
      case Event.ChunkCopied copied -> {
        chunks.copied(copied, worker(copied.evidence().worker()), sequence);
        errors.copied(copied);
        tables.copied(copied, time);
      }
      case Event.TableChecked checked -> {
        operations.completed(
            id,
            TaskKind.CHECK_TABLE,
            checked.tableIndex(),
            checked.epoch(),
            Result.DONE,
            sequence,
            time);
        chunks.missing(id, checked.tableIndex(), checked.epoch(), checked.missingChunks());
        errors.missing(id, checked.tableIndex(), checked.epoch(), checked.missingChunks());
        if (checked.missingChunks().isEmpty() && checked.setAside() > 0) {
          operations.record(
              id,
              Operation.ROWS_SET_ASIDE,
              checked.table(),
              checked.tableIndex(),
              checked.epoch(),
              new Result(checked.setAside(), checked.setAside() + checked.rows(), null),
              sequence,
              time);
        }
        if (checked.missingChunks().isEmpty()) {
          chunks.counted(id, checked.tableIndex(), checked.epoch(), checked.rows());
        }
      }
      case Event.TableCompleted done ->
          tableDone(id, TaskKind.COMPLETE_TABLE, done.tableIndex(), done.epoch(), sequence, time);
      case Event.ForeignKeysAdded done ->
          tableDone(id, TaskKind.ADD_FOREIGN_KEYS, done.tableIndex(), done.epoch(), sequence, time);
      case Event.TableRolledBack back -> {
        operations.completed(
            id,
            TaskKind.ROLL_BACK_TABLE,
            back.tableIndex(),
            back.epoch(),
            new Result(null, null, left(back.left())),
            sequence,
            time);
        chunks.undone(id, back.tableIndex(), back.epoch(), time);
        tables.rolledBack(back, time);
      }
      case Event.TargetFinished _ ->
          operations.completed(id, TaskKind.FINISH_TARGET, Result.DONE, sequence, time);
      case Event.ErrorResolutionStarted _ -> {
        // The task that follows has a row of its own.
      }
      case Event.ErrorsResolved resolved -> {
        operations.completed(id, TaskKind.RESOLVE_ERRORS, Result.DONE, sequence, time);
        for (TableErrors table : resolved.tables()) {
          errors.resolved(id, table);
          operations.record(
              id,
              Operation.of(TaskKind.RESOLVE_ERRORS),
              table.table(),
              table.tableIndex(),
              0,
              new Result(
                  table.retried() + table.corrected(),
                  table.open() + table.skipped() + table.retried() + table.corrected(),
                  null),
              sequence,
              time);
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
      case Event.TableValidated validated -> {
        boolean passed = validated.outcome() == CheckOutcome.PASSED;
        operations.validated(
            validated,
            passed ? "" : firstOf(validated.evidence().differences(), "not equal"),
            sequence,
            time);
        tables.validated(id, validated.tableIndex(), StateId.name(validated.outcome()));
      }
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
                      : firstOf(reconciled.discrepancies(), "")),
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
              new Result(null, null, left(back.left())),
              sequence,
              time);
      case Event.MigrationCancelled _ -> {
        operations.end(id, "the migration is cancelled", time);
        migrations.cancelled(id, time);
      }
      case Event.TaskIssued issued -> tasks.issued(issued, sequence, time);
      case Event.GroupCompleted completed -> tasks.completed(completed, sequence, time);
      case Event.TaskDeferred deferred -> tasks.deferred(deferred, sequence, time);
      case Event.TaskExpired expired ->
          tasks.endAttempt(
              id, expired.taskId().value(), expired.attempt(), "no sign of life in time", time);
      case Event.TaskReleased released -> tasks.released(released);
      case Event.TaskFailed failed ->
          tasks.endAttempt(
              id,
              failed.taskId().value(),
              failed.attempt(),
              TaskRows.message(failed.failure()),
              time);
      case Event.CommandRejected _ -> {
        // Nothing happened to the migration: the journal alone tells of it.
      }
    }
  }

  private void moved(Event.TableMoved moved, long sequence, Instant time) throws SQLException {
    MigrationId id = moved.migrationId();
    tables.moved(moved, time);
    if (moved.from() == TableRunState.BLOCKED) {
      waits.over(id, Operation.DEPENDENCY_WAIT.name(), moved.tableIndex(), "completed", null, time);
    }
    boolean nothingIssued =
        moved.from() == TableRunState.BLOCKED || moved.from() == TableRunState.PREPARING;
    if (moved.to() == TableRunState.BLOCKED) {
      waits.begun(
          id,
          Operation.DEPENDENCY_WAIT,
          moved.tableIndex(),
          moved.epoch(),
          moved.reason(),
          sequence,
          time);
    } else if (moved.to() == TableRunState.FAILED && nothingIssued) {
      operations.record(
          id,
          Operation.DEPENDENCY_WAIT,
          moved.table(),
          moved.tableIndex(),
          moved.epoch(),
          new Result(null, null, moved.reason()),
          sequence,
          time);
    }
  }

  private void tableDone(
      MigrationId id, TaskKind kind, int table, int epoch, long sequence, Instant time)
      throws SQLException {
    operations.completed(id, kind, table, epoch, Result.DONE, sequence, time);
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
            ? firstOf(result.differences(), result.note())
            : null);
  }

  private static @Nullable String left(List<String> left) {
    return left.isEmpty() ? null : "left in the target: " + firstOf(left, "");
  }

  private static String firstOf(List<String> lines, String otherwise) {
    if (lines.isEmpty()) {
      return otherwise;
    }
    String shown = String.join("; ", lines.subList(0, Math.min(SHOWN, lines.size())));
    return lines.size() > SHOWN ? shown + "; and " + (lines.size() - SHOWN) + " more" : shown;
  }

  private int worker(String name) throws SQLException {
    OptionalLong known = rows.number("SELECT id FROM agent WHERE name = ?", name);
    if (known.isPresent()) {
      return Math.toIntExact(known.getAsLong());
    }
    return Math.toIntExact(
        rows.number("INSERT INTO agent (name) VALUES (?) RETURNING id", name).orElseThrow());
  }
}
