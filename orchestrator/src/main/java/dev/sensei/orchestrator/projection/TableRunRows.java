package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.TableRunState;
import java.sql.SQLException;
import java.time.Instant;

/** The rows of {@code table_run}: one for each table of a migration's latest plan. */
final class TableRunRows {
  private final Rows rows;

  TableRunRows(Rows rows) {
    this.rows = rows;
  }

  void planned(Event.TablePlanned planned, Instant time) throws SQLException {
    rows.change(
        "DELETE FROM table_run WHERE migration_id = ? AND table_index = ?",
        planned.migrationId(),
        planned.tableIndex());
    rows.change(
        """
        INSERT INTO table_run (migration_id, table_index, table_name, target_table, plan,
          plan_attempt, plan_phase, state, state_id, row_estimate, byte_estimate, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        planned.migrationId(),
        planned.tableIndex(),
        planned.table(),
        planned.targetTable(),
        planned.plan(),
        planned.attempt(),
        planned.phase(),
        StateId.name(TableRunState.IDLE),
        StateId.of(TableRunState.IDLE),
        planned.rowEstimate(),
        planned.byteEstimate(),
        time);
  }

  /** Tables of an earlier plan, or of an attempt at this one that was given up, are none. */
  void planCompleted(Event.PlanCompleted completed) throws SQLException {
    rows.change(
        "DELETE FROM table_run WHERE migration_id = ? AND NOT (plan = ? AND plan_attempt = ?)",
        completed.migrationId(),
        completed.plan(),
        completed.attempt());
  }

  void moved(Event.TableMoved moved, Instant time) throws SQLException {
    boolean ended = moved.to() == TableRunState.DONE || moved.to() == TableRunState.ROLLED_BACK;
    rows.change(
        """
        UPDATE table_run SET state = ?, state_id = ?, epoch = ?, reason = ?, updated_at = ?,
          started_at = COALESCE(started_at, ?), completed_at = CASE WHEN ? THEN ? END
        WHERE migration_id = ? AND table_index = ?
        """,
        StateId.name(moved.to()),
        StateId.of(moved.to()),
        moved.epoch(),
        moved.reason().isEmpty() ? null : moved.reason(),
        time,
        time,
        ended,
        Rows.utc(time),
        moved.migrationId(),
        moved.tableIndex());
  }

  void prepared(Event.TablePrepared prepared, Instant time) throws SQLException {
    rows.change(
        """
        UPDATE table_run SET epoch = ?, chunks = ?, row_estimate = ?, chunks_copied = 0, rows = 0,
          bytes = 0, errors_open = 0, errors_skipped = 0, errors_retried = 0,
          errors_corrected = 0, errors_withdrawn = 0, updated_at = ?
        WHERE migration_id = ? AND table_index = ?
        """,
        prepared.epoch(),
        prepared.chunks(),
        prepared.rowEstimate(),
        time,
        prepared.migrationId(),
        prepared.tableIndex());
  }

  void copied(Event.ChunkCopied copied, Instant time) throws SQLException {
    rows.change(
        """
        UPDATE table_run SET chunks_copied = chunks_copied + 1, rows = rows + ?, bytes = bytes + ?,
          updated_at = ?
        WHERE migration_id = ? AND table_index = ?
        """,
        copied.evidence().rows(),
        copied.evidence().bytes(),
        time,
        copied.migrationId(),
        copied.tableIndex());
  }

  void rolledBack(Event.TableRolledBack rolledBack, Instant time) throws SQLException {
    rows.change(
        """
        UPDATE table_run SET chunks_copied = 0, rows = 0, bytes = 0, errors_open = 0,
          errors_skipped = 0, errors_retried = 0, errors_corrected = 0, errors_withdrawn = 0, updated_at = ?
        WHERE migration_id = ? AND table_index = ?
        """,
        time,
        rolledBack.migrationId(),
        rolledBack.tableIndex());
  }

  void validated(MigrationId migration, int table, String outcome) throws SQLException {
    rows.change(
        "UPDATE table_run SET validated = ? WHERE migration_id = ? AND table_index = ?",
        outcome,
        migration,
        table);
  }
}
