package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.ChunkEvidence;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.Failure;
import dev.sensei.orchestrator.fold.LifecycleState;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.TableEvidence;
import dev.sensei.orchestrator.fold.TaskKind;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code migration_control}: a row is running from the moment its task is handed out,
 * and ends with the task. An ended operation took at least a millisecond, as journal times have no
 * finer unit and reports divide by it.
 */
final class OperationRows {
  private static final String ENDED_AT =
      "GREATEST(CAST(? AS TIMESTAMP), started_at + INTERVAL '1 millisecond')";
  private static final String OPEN = "status IN ('running', 'pending', 'paused')";

  private final Rows rows;

  OperationRows(Rows rows) {
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

  private void insertTask(
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

  /**
   * What an operation amounted to.
   *
   * @param records records processed, or null where it counts none
   * @param total records expected, or null
   * @param failure why it failed, or null where it succeeded
   */
  record Result(@Nullable Long records, @Nullable Long total, @Nullable String failure) {
    static final Result DONE = new Result(null, null, null);

    String status() {
      return failure == null ? "completed" : "failed";
    }
  }

  /** A task of a migration as a whole is done. */
  void completed(MigrationId migration, TaskKind kind, Result result, long sequence, Instant time)
      throws SQLException {
    completed(migration, kind, -1, 0, result, sequence, time);
  }

  /** A task of one table is done. */
  void completed(
      MigrationId migration,
      TaskKind kind,
      int table,
      int epoch,
      Result result,
      long sequence,
      Instant time)
      throws SQLException {
    Operation operation = Operation.of(kind);
    int changed =
        rows.change(
            """
            UPDATE migration_control
            SET status = ?, records_processed = ?, total_records = COALESCE(?, total_records),
              error_message = ?, sequence = ?, started_at = COALESCE(started_at, ?),
              completed_at = GREATEST(CAST(? AS TIMESTAMP),
                COALESCE(started_at, ?) + INTERVAL '1 millisecond')
            WHERE migration_id = ? AND operation IN (?, ?)
              AND table_index IS NOT DISTINCT FROM ? AND epoch = ? AND
            """
                + OPEN,
            result.status(),
            result.records(),
            result.total(),
            result.failure(),
            sequence,
            time,
            time,
            time,
            migration,
            operation.name(),
            operation.retry(),
            table < 0 ? null : table,
            epoch);
    if (changed == 0) {
      record(migration, operation, tableName(table), table, epoch, result, sequence, time);
    }
  }

  private static @Nullable String tableName(int table) {
    return table < 0 ? Operation.ALL_TABLES : null;
  }

  /** An operation that began and ended with one record of the journal. */
  void record(
      MigrationId migration,
      Operation operation,
      @Nullable String tableName,
      int table,
      int epoch,
      Result result,
      long sequence,
      Instant time)
      throws SQLException {
    rows.change(
        """
        INSERT INTO migration_control (phase, table_name, operation, status, records_processed,
          total_records, started_at, completed_at, error_message,
          migration_id, table_index, epoch, sequence)
        VALUES (?, COALESCE(?, (SELECT table_name FROM table_run
            WHERE migration_id = ? AND table_index = ?), '*'), ?, ?, ?, ?,
          CAST(? AS TIMESTAMP) - INTERVAL '1 millisecond', ?, ?, ?, ?, ?, ?)
        """,
        operation.phase(),
        tableName,
        migration,
        table,
        operation.name(),
        result.status(),
        result.records(),
        result.total(),
        time,
        time,
        result.failure(),
        migration,
        table < 0 ? null : table,
        epoch,
        sequence);
  }

  /** A chunk is in the target; the times are those of the copy. */
  void copied(Event.ChunkCopied copied, int worker, long sequence) throws SQLException {
    ChunkEvidence evidence = copied.evidence();
    Object[] result = {
      evidence.rows(),
      evidence.bytes(),
      worker,
      evidence.worker(),
      sequence,
      evidence.startedAt(),
      evidence.finishedAt(),
      evidence.startedAt()
    };
    String update =
        """
        UPDATE migration_control
        SET status = 'completed', records_processed = ?, bytes_processed = ?, worker_id = ?,
          agent = ?, sequence = ?, error_message = NULL, started_at = ?,
          completed_at = GREATEST(CAST(? AS TIMESTAMP),
            CAST(? AS TIMESTAMP) + INTERVAL '1 millisecond')
        """;
    Object[] key = {copied.migrationId(), copied.tableIndex(), copied.epoch(), evidence.chunk()};
    int changed =
        rows.change(
            update
                + """
                WHERE migration_id = ? AND table_index = ? AND epoch = ? AND chunk = ?
                  AND operation LIKE 'batch_migration%' AND
                """
                + OPEN,
            concat(result, key));
    if (changed == 0) {
      // A result of an attempt that was given up: it has no open row any more.
      insertTask(
          copied.migrationId(),
          TaskKind.COPY_CHUNK,
          copied.tableIndex(),
          evidence.chunk(),
          copied.epoch(),
          "",
          1,
          "running",
          sequence,
          evidence.startedAt());
      rows.change(
          update
              + """
              WHERE migration_id = ? AND table_index = ? AND epoch = ? AND chunk = ?
                AND task_id = '' AND status = 'running'
              """,
          concat(result, key));
    }
  }

  private static Object[] concat(Object[] first, Object[] second) {
    Object[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** The rows of a table are counted: from here on its chunks are parts of that number. */
  void counted(MigrationId migration, int table, int epoch, long total) throws SQLException {
    rows.change(
        """
        UPDATE migration_control SET total_records = ?
        WHERE migration_id = ? AND table_index = ? AND epoch = ?
          AND operation LIKE 'batch_migration%' AND status = 'completed'
        """,
        total, migration, table, epoch);
  }

  /** Chunks that the ledger does not hold were not copied after all. */
  void missing(MigrationId migration, int table, int epoch, List<Integer> chunks)
      throws SQLException {
    for (int chunk : chunks) {
      rows.change(
          """
          WITH lost AS (
            UPDATE migration_control
            SET status = 'failed', error_message = 'the target''s ledger does not hold it'
            WHERE migration_id = ? AND table_index = ? AND epoch = ? AND chunk = ?
              AND operation LIKE 'batch_migration%' AND status = 'completed'
            RETURNING records_processed, bytes_processed)
          UPDATE table_run SET
            chunks_copied = chunks_copied - (SELECT count(*) FROM lost),
            rows = rows - (SELECT COALESCE(sum(records_processed), 0) FROM lost),
            bytes = bytes - (SELECT COALESCE(sum(bytes_processed), 0) FROM lost)
          WHERE migration_id = ? AND table_index = ?
          """,
          migration, table, epoch, chunk, migration, table);
    }
  }

  /** What an earlier run of a table copied is not in the target any more. */
  void undone(MigrationId migration, int table, int epoch, Instant time) throws SQLException {
    rows.change(
        "UPDATE migration_control SET status = 'skipped', error_message = 'undone by a later run',"
            + " completed_at = COALESCE(completed_at, "
            + ENDED_AT
            + """
            )
            WHERE migration_id = ? AND table_index = ? AND epoch < ? AND phase = 'execution'
              AND status <> 'failed' AND status <> 'skipped'
            """,
        time,
        migration,
        table,
        epoch);
  }

  /** What the Validator read on both sides of a table: the rows' number and their content. */
  void validated(Event.TableValidated validated, String result, long sequence, Instant time)
      throws SQLException {
    TableEvidence evidence = validated.evidence();
    boolean equalCounts = evidence.sourceRows() == evidence.targetRows();
    completed(
        validated.migrationId(),
        TaskKind.VALIDATE_TABLE,
        validated.tableIndex(),
        validated.epoch(),
        new Result(evidence.targetRows(), evidence.sourceRows(), result.isEmpty() ? null : result),
        sequence,
        time);
    record(
        validated.migrationId(),
        Operation.COUNT_VERIFICATION,
        validated.table(),
        validated.tableIndex(),
        validated.epoch(),
        new Result(
            evidence.targetRows(),
            evidence.sourceRows(),
            equalCounts
                ? null
                : "expected %d rows, found %d"
                    .formatted(evidence.sourceRows(), evidence.targetRows())),
        sequence,
        time);
    rows.change(
        """
        UPDATE migration_control c
        SET source_query = CASE WHEN operation = ? THEN 'SELECT COUNT(*) FROM ' || t.table_name
              ELSE source_query END,
            validation_query = CASE WHEN operation = ?
              THEN 'SELECT COUNT(*) FROM ' || t.target_table ELSE ? END
        FROM table_run t
        WHERE t.migration_id = c.migration_id AND t.table_index = c.table_index
          AND c.migration_id = ? AND c.table_index = ? AND c.sequence = ?
        """,
        Operation.COUNT_VERIFICATION.name(),
        Operation.COUNT_VERIFICATION.name(),
        evidence.sql(),
        validated.migrationId(),
        validated.tableIndex(),
        sequence);
  }

  /** Something waits for a person or for other tables. */
  void waits(
      MigrationId migration,
      Operation operation,
      int table,
      int epoch,
      String why,
      long sequence,
      Instant time)
      throws SQLException {
    rows.change(
        """
        INSERT INTO migration_control (phase, table_name, operation, status, started_at,
          error_message, migration_id, table_index, epoch, sequence)
        VALUES (?, COALESCE((SELECT table_name FROM table_run
            WHERE migration_id = ? AND table_index = ?), '*'), ?, 'paused', ?, ?, ?, ?, ?, ?)
        """,
        operation.phase(),
        migration,
        table,
        operation.name(),
        time,
        why.isEmpty() ? null : why,
        migration,
        table < 0 ? null : table,
        epoch,
        sequence);
  }

  /** A wait is over. */
  void waited(
      MigrationId migration,
      String operation,
      int table,
      String status,
      @Nullable String why,
      Instant time)
      throws SQLException {
    rows.change(
        "UPDATE migration_control SET status = ?, error_message = ?, completed_at = "
            + ENDED_AT
            + """
             WHERE migration_id = ? AND operation = ? AND status = 'paused'
              AND table_index IS NOT DISTINCT FROM ?
            """,
        status,
        why,
        time,
        migration,
        operation,
        table < 0 ? null : table);
  }

  /** The migration stands still: what was under way waits. */
  void suspend(MigrationId migration, String why) throws SQLException {
    rows.change(
        """
        UPDATE migration_control SET status = 'paused', error_message = ?
        WHERE migration_id = ? AND status IN ('running', 'pending')
        """,
        why,
        migration);
  }

  /** The migration has ended: what is still open is not done any more. */
  void end(MigrationId migration, String why, Instant time) throws SQLException {
    rows.change(
        "UPDATE migration_control SET status = 'skipped', error_message = ?, completed_at = "
            + ENDED_AT
            + " WHERE migration_id = ? AND "
            + OPEN,
        why,
        time,
        migration);
  }

  /** A failure as one line. */
  static String message(Failure failure) {
    String where = failure.object().isEmpty() ? "" : " (" + failure.object() + ")";
    return failure.code() + ": " + failure.message() + where;
  }
}
