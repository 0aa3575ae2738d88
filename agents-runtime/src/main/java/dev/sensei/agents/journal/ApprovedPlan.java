package dev.sensei.agents.journal;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableReading;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.FailureClass;
import java.util.List;

/**
 * A plan, read and held against its digest.
 *
 * @param migration all of it that is not of one table
 * @param tables the plans of all tables, by their number, which is the order of work
 */
public record ApprovedPlan(MigrationPlan migration, List<TablePlan> tables) {
  public ApprovedPlan {
    tables = List.copyOf(tables);
  }

  /**
   * Whether the rows of a table join those of others: they then go through its staging. Such is
   * every table with rows that was in the target before, where {@code existingRows} is append.
   */
  public boolean joinsOthers(TablePlan table) {
    return !table.created()
        && table.definition().holdsRows()
        && migration.existingRows() == ExistingRows.APPEND;
  }

  /** How a table is read, by who moves its rows and by who compares them. */
  public TableReading reading(TablePlan table) {
    return TableReading.of(table, migration.errorLimit());
  }

  /**
   * The plan of the table with this number.
   *
   * @throws TaskFailure where there is none
   */
  public TablePlan table(int tableIndex) throws TaskFailure {
    if (tableIndex < 0 || tableIndex >= tables.size()) {
      throw new TaskFailure(
          FailureClass.INTERNAL,
          "TABLE_NOT_PLANNED",
          "the plan has %d tables, the task names number %d".formatted(tables.size(), tableIndex));
    }
    return tables.get(tableIndex);
  }
}
