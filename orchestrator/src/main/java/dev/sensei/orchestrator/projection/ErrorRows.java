package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.ChunkEvidence;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.RowDeviation;
import dev.sensei.orchestrator.fold.TableErrors;
import java.sql.SQLException;
import java.util.List;

/**
 * The rows of {@code row_deviation}: how many rows of a chunk were set aside, or changed by a rule,
 * by column; and what has become of a table's rows in the error queue.
 */
final class ErrorRows {
  private static final String SET_ASIDE = "set_aside";

  private final Rows rows;

  ErrorRows(Rows rows) {
    this.rows = rows;
  }

  void copied(Event.ChunkCopied copied) throws SQLException {
    ChunkEvidence evidence = copied.evidence();
    if (evidence.setAside() > 0) {
      add(copied, new RowDeviation(SET_ASIDE, "", evidence.setAside()));
      rows.change(
          "UPDATE table_run SET errors_open = errors_open + ?"
              + " WHERE migration_id = ? AND table_index = ?",
          evidence.setAside(),
          copied.migrationId(),
          copied.tableIndex());
    }
    for (RowDeviation deviation : evidence.deviations()) {
      add(copied, deviation);
    }
  }

  private void add(Event.ChunkCopied copied, RowDeviation deviation) throws SQLException {
    rows.change(
        """
        INSERT INTO row_deviation AS d (migration_id, table_index, epoch, chunk, kind, column_name,
          rows)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (migration_id, table_index, epoch, chunk, kind, column_name)
        DO UPDATE SET rows = excluded.rows
        """,
        copied.migrationId(),
        copied.tableIndex(),
        copied.epoch(),
        copied.evidence().chunk(),
        deviation.kind(),
        deviation.column(),
        deviation.rows());
  }

  /** Chunks that the ledger does not hold were not copied after all. */
  void missing(MigrationId migration, int table, int epoch, List<Integer> chunks)
      throws SQLException {
    for (int chunk : chunks) {
      rows.change(
          """
          WITH lost AS (
            DELETE FROM row_deviation
            WHERE migration_id = ? AND table_index = ? AND epoch = ? AND chunk = ?
            RETURNING kind, rows)
          UPDATE table_run SET errors_open = errors_open
            - (SELECT COALESCE(sum(rows), 0) FROM lost WHERE kind = 'set_aside')
          WHERE migration_id = ? AND table_index = ?
          """,
          migration,
          table,
          epoch,
          chunk,
          migration,
          table);
    }
  }

  /** What earlier runs of a table set aside or changed was taken back with them. */
  void undone(MigrationId migration, int table, int epoch) throws SQLException {
    rows.change(
        "DELETE FROM row_deviation WHERE migration_id = ? AND table_index = ? AND epoch < ?",
        migration,
        table,
        epoch);
  }

  /** Tables are numbered by their plan: those of earlier ones are no more. */
  void planCompleted(MigrationId migration) throws SQLException {
    rows.change("DELETE FROM row_deviation WHERE migration_id = ?", migration);
  }

  /** Whether the target has more rows of a table corrected than were known of. */
  boolean moreCorrected(MigrationId migration, TableErrors table) throws SQLException {
    return rows.number(
            """
            SELECT 1 FROM table_run
            WHERE migration_id = ? AND table_index = ? AND errors_corrected < ?
            """,
            migration,
            table.tableIndex(),
            table.corrected())
        .isPresent();
  }

  /**
   * Rows that the target took after all count as the others do, and those that it had and lost do
   * not.
   */
  void resolved(Event.TableErrorsResolved resolved) throws SQLException {
    long taken = resolved.retried() + resolved.corrected() - resolved.withdrawn();
    rows.change(
        """
        WITH before AS (
          SELECT errors_retried + errors_corrected - errors_withdrawn AS taken FROM table_run
          WHERE migration_id = ? AND table_index = ?
        ), counted AS (
          UPDATE table_run
          SET rows = rows + ? - (errors_retried + errors_corrected - errors_withdrawn),
            errors_open = ?, errors_skipped = ?, errors_retried = ?, errors_corrected = ?,
            errors_withdrawn = ?
          WHERE migration_id = ? AND table_index = ?
        )
        UPDATE migration SET rows = rows + ? - before.taken FROM before WHERE id = ?
        """,
        resolved.migrationId(),
        resolved.tableIndex(),
        taken,
        resolved.open(),
        resolved.skipped(),
        resolved.retried(),
        resolved.corrected(),
        resolved.withdrawn(),
        resolved.migrationId(),
        resolved.tableIndex(),
        taken,
        resolved.migrationId());
  }
}
