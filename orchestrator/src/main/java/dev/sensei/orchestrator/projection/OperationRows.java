package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.TableEvidence;
import dev.sensei.orchestrator.fold.TaskKind;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code migration_control}: a row is running from the moment its task is handed out,
 * and ends with the task. An ended operation took at least a millisecond, as journal times have no
 * finer unit and reports divide by it. Here is what operations amounted to; {@link TaskRows},
 * {@link ChunkRows} and {@link WaitRows} have the rest.
 */
final class OperationRows {
  /** The end of a row that has begun, from a parameter: never the moment it began. */
  static final String ENDED_AT =
      "GREATEST(CAST(? AS TIMESTAMP), started_at + INTERVAL '1 millisecond')";

  static final String OPEN = "status IN ('running', 'pending', 'paused')";

  private final Rows rows;

  OperationRows(Rows rows) {
    this.rows = rows;
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
}
