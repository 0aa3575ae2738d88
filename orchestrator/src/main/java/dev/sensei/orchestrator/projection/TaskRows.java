package dev.sensei.orchestrator.projection;

import static dev.sensei.orchestrator.projection.OperationRows.ENDED_AT;
import static dev.sensei.orchestrator.projection.OperationRows.OPEN;

import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.Failure;
import dev.sensei.orchestrator.fold.LifecycleState;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.TaskKind;
import java.sql.SQLException;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The rows that tasks have: handed out, put off, given back and handed out again. */
final class TaskRows {
  private final Rows rows;

  TaskRows(Rows rows) {
    this.rows = rows;
  }

  /** A task was handed out: its waiting row goes on, or a new one begins. */
  void issued(Event.TaskIssued issued, long sequence, Instant time) throws SQLException {
    int resumed =
        rows.change(
            """
            UPDATE migration_control
            SET status = 'running', attempt = ?, sequence = ?, error_message = NULL,
                started_at = COALESCE(started_at, ?)
            WHERE migration_id = ? AND task_id = ? AND status IN ('pending', 'paused')
            """,
            issued.attempt(),
            sequence,
            time,
            issued.migrationId(),
            issued.taskId());
    if (resumed > 0) {
      return;
    }
    rows.change(
        """
        UPDATE migration_control
        SET status = 'skipped', error_message = 'handed out again', completed_at =
        """
            + ENDED_AT
            + " WHERE migration_id = ? AND task_id = ? AND status = 'running'",
        time,
        issued.migrationId(),
        issued.taskId());
    insertTask(
        issued.migrationId(),
        issued.kind(),
        issued.tableIndex(),
        issued.chunk(),
        issued.epoch(),
        issued.taskId().value(),
        issued.attempt(),
        "running",
        sequence,
        time);
  }

  /** Every table of a group has its own rows by now. */
  void completed(Event.GroupCompleted completed, long sequence, Instant time) throws SQLException {
    rows.change(
        "UPDATE migration_control SET status = 'completed', error_message = NULL, sequence = ?,"
            + " started_at = COALESCE(started_at, ?), completed_at = GREATEST(CAST(? AS TIMESTAMP),"
            + " COALESCE(started_at, ?) + INTERVAL '1 millisecond')"
            + " WHERE migration_id = ? AND task_id = ? AND "
            + OPEN,
        sequence,
        time,
        time,
        time,
        completed.migrationId(),
        completed.taskId());
  }

  /** A migration that goes on after a failure has no groups: their tables go on by themselves. */
  void dissolved(MigrationId migration, Instant time) throws SQLException {
    rows.change(
        "UPDATE migration_control SET status = 'skipped', error_message = ?, completed_at = "
            + ENDED_AT
            + " WHERE migration_id = ? AND operation LIKE 'group\\_%' AND "
            + OPEN,
        "its tables go on by themselves",
        time,
        migration);
  }

  /** A task waits for its next attempt. */
  void deferred(Event.TaskDeferred deferred, long sequence, Instant time) throws SQLException {
    endAttempt(
        deferred.migrationId(),
        deferred.taskId().value(),
        deferred.attempt(),
        message(deferred.failure()),
        time);
    OptionalLong epoch =
        rows.number(
            """
            SELECT max(epoch) FROM migration_control WHERE migration_id = ? AND task_id = ?
            """,
            deferred.migrationId(),
            deferred.taskId());
    insertTask(
        deferred.migrationId(),
        deferred.kind(),
        deferred.tableIndex(),
        deferred.chunk(),
        (int) epoch.orElse(0),
        deferred.taskId().value(),
        deferred.attempt() + 1,
        "pending",
        sequence,
        null);
  }

  /** An attempt ended without a result. */
  void endAttempt(MigrationId migration, String task, int attempt, String message, Instant time)
      throws SQLException {
    rows.change(
        "UPDATE migration_control SET status = 'failed', error_message = ?, completed_at = "
            + ENDED_AT
            + " WHERE migration_id = ? AND task_id = ? AND attempt = ? AND "
            + OPEN,
        message,
        time,
        migration,
        task,
        attempt);
  }

  /**
   * An attempt was given back undone. It is paused where its migration stands still, and waits for
   * that to go on; else it is handed out again by itself, and what waits for that has not begun.
   */
  void released(Event.TaskReleased released) throws SQLException {
    rows.change(
        """
        UPDATE migration_control c
        SET status = CASE WHEN m.stands THEN 'paused' ELSE 'pending' END,
          started_at = CASE WHEN m.stands THEN c.started_at END, error_message = ?
        FROM (SELECT id, state IN (?, ?) AS stands FROM migration) m
        WHERE m.id = c.migration_id AND c.migration_id = ? AND task_id = ? AND attempt = ? AND
        """
            + OPEN,
        released.reason(),
        StateId.name(LifecycleState.PAUSED),
        StateId.name(LifecycleState.FAILED),
        released.migrationId(),
        released.taskId(),
        released.attempt());
  }

  /** A row that begins with its task. */
  void insertTask(
      MigrationId migration,
      TaskKind kind,
      int table,
      int chunk,
      int epoch,
      String task,
      int attempt,
      String status,
      long sequence,
      @Nullable Instant startedAt)
      throws SQLException {
    Operation operation = Operation.of(kind);
    boolean copies = kind == TaskKind.COPY_CHUNK;
    // A chunk's bounds are values of keys: the query names the chunk, the target's ledger holds
    // the bounds.
    rows.change(
        """
        INSERT INTO migration_control (phase, table_name, operation, status, started_at,
          migration_id, table_index, epoch, chunk, task_id, attempt, sequence,
          batch_size, total_records, source_query, validation_query)
        SELECT ?, COALESCE(t.table_name, '*'), ?, ?, CAST(? AS TIMESTAMP),
          m.id, ?, ?, ?, ?, ?, ?,
          CASE WHEN c.copies THEN m.chunk_rows END,
          CASE WHEN c.copies THEN t.row_estimate END,
          CASE WHEN c.copies
            THEN 'SELECT * FROM ' || t.table_name || ' /* chunk ' || ? || ' */' END,
          CASE WHEN c.copies THEN 'SELECT COUNT(*) FROM ' || t.target_table END
        FROM migration m
        CROSS JOIN (SELECT CAST(? AS BOOLEAN) AS copies) c
        LEFT JOIN table_run t ON t.migration_id = m.id AND t.table_index = ?
        WHERE m.id = ?
        """,
        operation.phase(),
        attempt > 1 ? operation.retry() : operation.name(),
        status,
        startedAt,
        table < 0 ? null : table,
        epoch,
        chunk < 0 ? null : chunk,
        task,
        attempt,
        sequence,
        Integer.toString(chunk),
        copies,
        table,
        migration);
  }

  /** A failure as one line. */
  static String message(Failure failure) {
    String where = failure.object().isEmpty() ? "" : " (" + failure.object() + ")";
    return failure.code() + ": " + failure.message() + where;
  }
}
