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

  void resolved(MigrationId migration, TableErrors table) throws SQLException {
    rows.change(
        """
        UPDATE table_run SET errors_open = ?, errors_skipped = ?, errors_retried = ?,
          errors_corrected = ?
        WHERE migration_id = ? AND table_index = ?
        """,
        table.open(),
        table.skipped(),
        table.retried(),
        table.corrected(),
        migration,
        table.tableIndex());
  }
}
