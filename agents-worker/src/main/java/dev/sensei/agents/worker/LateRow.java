package dev.sensei.agents.worker;

import dev.sensei.databases.copy.CancelSignal;
import dev.sensei.databases.copy.ChunkCopier;
import dev.sensei.databases.copy.CopiedRows;
import dev.sensei.databases.copy.CopyProgress;
import dev.sensei.databases.copy.CopySettings;
import dev.sensei.databases.copy.CopySpec;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.copy.SingleRows;
import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** One row of the source, written to the target once all others are there. */
final class LateRow {
  private final ChunkCopier copier = new ChunkCopier(CopySettings.DEFAULT);

  /**
   * Writes it, under the rules of its table, without a savepoint: the row then carries the number
   * of the transaction itself.
   *
   * @param place where it stands in the source, as the session sees it
   * @return whether a rule changed a value of it
   * @throws dev.sensei.databases.errors.DatabaseException where it is not taken
   */
  boolean write(Connection source, Connection target, TableTask table, RowLocator place)
      throws SQLException {
    CopySpec spec =
        ChunkCopy.spec(
                table.approved(),
                table.plan(),
                table.plan().target(),
                new SingleRows(List.of(place)),
                1)
            .with(MarkedFaults.masks(table.approved().reading(table.plan()).marks(), 1));
    try (SilencedTriggers _ = SilencedTriggers.of(target, table.plan())) {
      CopiedRows rows =
          copier.copyMarked(source, target, spec, CopyProgress.SILENT, CancelSignal.NEVER);
      if (!rows.setAside().isEmpty()) {
        throw DatabaseErrors.rowAtFault(
            "writing a row to " + spec.targetTable(),
            MarkedFaults.fault(
                    rows.setAside().getFirst(),
                    table.plan(),
                    table.approved().reading(table.plan()).marks())
                .fields());
      }
      try (Statement statement = target.createStatement()) {
        statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
      }
      return !rows.changed().isEmpty();
    }
  }
}
