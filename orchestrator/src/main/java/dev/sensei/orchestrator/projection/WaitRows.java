package dev.sensei.orchestrator.projection;

import static dev.sensei.orchestrator.projection.OperationRows.ENDED_AT;

import dev.sensei.orchestrator.fold.MigrationId;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The rows of what waits for a person or for other tables. */
final class WaitRows {
  private final Rows rows;

  WaitRows(Rows rows) {
    this.rows = rows;
  }

  /** Something waits for a person or for other tables. */
  void begun(
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
  void over(
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
}
