package dev.sensei.agents.validator;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.journal.JournalDocuments;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.schemas.common.FailureClass;
import java.util.List;

/** The approved plans, as the journal has them. */
final class Plans {
  private final JournalDocuments journal;

  Plans(JournalDocuments journal) {
    this.journal = journal;
  }

  /** All of a plan that is not of one table. */
  MigrationPlan migration(String migrationId, String planDigest) {
    return PlanJson.readMigration(
        journal.plan(migrationId, planDigest).completed().getDefinition());
  }

  /** The plans of all tables, in the order of work. */
  List<TablePlan> tables(String migrationId, String planDigest) {
    return journal.plan(migrationId, planDigest).tables().stream()
        .map(table -> PlanJson.readTable(table.getDefinition()))
        .toList();
  }

  /** The plan of one table. */
  TablePlan table(String migrationId, String planDigest, int tableIndex) throws TaskFailure {
    return journal
        .plan(migrationId, planDigest)
        .table(tableIndex)
        .map(planned -> PlanJson.readTable(planned.getDefinition()))
        .orElseThrow(
            () ->
                new TaskFailure(
                    FailureClass.INTERNAL,
                    "TABLE_NOT_PLANNED",
                    "plan %s has no table %d".formatted(planDigest, tableIndex)));
  }
}
