package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.CheckOutcome;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.TableRunState;
import dev.sensei.orchestrator.fold.TaskKind;
import dev.sensei.orchestrator.projection.OperationRows.Result;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** Rows that follow from events about a table. */
final class TableEvents {
  private final Rows rows;
  private final TableRunRows tables;
  private final OperationRows operations;
  private final ChunkRows chunks;
  private final WaitRows waits;
  private final ErrorRows errors;

  TableEvents(
      Rows rows,
      TableRunRows tables,
      OperationRows operations,
      ChunkRows chunks,
      WaitRows waits,
      ErrorRows errors) {
    this.rows = rows;
    this.tables = tables;
    this.operations = operations;
    this.chunks = chunks;
    this.waits = waits;
    this.errors = errors;
  }

  void apply(Event.OfTable event, long sequence, Instant time) throws SQLException {
    MigrationId id = event.migrationId();
    switch (event) {
      case Event.TablePlanned planned -> {
        tables.planned(planned, time);
        Result result = new Result(null, planned.rowEstimate(), null);
        Operation strategy = Operation.of(TaskKind.PLAN_MIGRATION);
        for (Operation operation : List.of(strategy, Operation.COLUMN_MAPPING)) {
          operations.record(
              id, operation, planned.table(), planned.tableIndex(), 0, result, sequence, time);
        }
      }
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
        errors.undone(id, prepared.tableIndex(), prepared.epoch());
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
            new Result(null, null, Findings.left(back.left())),
            sequence,
            time);
        chunks.undone(id, back.tableIndex(), back.epoch(), time);
        errors.undone(id, back.tableIndex(), back.epoch());
        tables.rolledBack(back, time);
      }
      case Event.TableErrorsResolved resolved -> {
        errors.resolved(resolved);
        long recovered = resolved.retried() + resolved.corrected();
        operations.record(
            id,
            Operation.of(TaskKind.RESOLVE_ERRORS),
            resolved.table(),
            resolved.tableIndex(),
            0,
            new Result(recovered, recovered + resolved.open() + resolved.skipped(), null),
            sequence,
            time);
      }
      case Event.TableValidated validated -> {
        boolean passed = validated.outcome() == CheckOutcome.PASSED;
        operations.validated(
            validated,
            passed ? "" : Findings.firstOf(validated.evidence().differences(), "not equal"),
            sequence,
            time);
        tables.validated(id, validated.tableIndex(), StateId.name(validated.outcome()));
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

  private int worker(String name) throws SQLException {
    OptionalLong known = rows.number("SELECT id FROM agent WHERE name = ?", name);
    if (known.isPresent()) {
      return Math.toIntExact(known.getAsLong());
    }
    return Math.toIntExact(
        rows.number("INSERT INTO agent (name) VALUES (?) RETURNING id", name).orElseThrow());
  }
}
