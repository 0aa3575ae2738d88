package dev.sensei.orchestrator.projection;

import static dev.sensei.orchestrator.projection.OperationRows.ENDED_AT;
import static dev.sensei.orchestrator.projection.OperationRows.OPEN;

import dev.sensei.orchestrator.fold.ChunkEvidence;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.TaskKind;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** The rows of a table's chunks: copied, counted, found missing and undone. */
final class ChunkRows {
  private final Rows rows;
  private final TaskRows tasks;

  ChunkRows(Rows rows, TaskRows tasks) {
    this.rows = rows;
    this.tasks = tasks;
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
      tasks.insertTask(
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
    Object[] both = Arrays.copyOf(first, first.length + second.length);
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
}
