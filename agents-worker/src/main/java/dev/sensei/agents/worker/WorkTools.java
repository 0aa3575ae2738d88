package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.journal.ApprovedPlans;
import dev.sensei.databases.ledger.Decisions;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.StagedRows;
import dev.sensei.schemas.common.DatabaseReference;

/**
 * What every kind of a worker's tasks works with.
 *
 * @param sessions of source and target
 * @param plans what was approved
 * @param ledger the target's ledger
 * @param marks its marks beside the chunks
 * @param decisions its marks of decisions about the error queue
 * @param staged its rows that join those of others
 * @param builds what builds a table on several sessions
 */
record WorkTools(
    Sessions sessions,
    ApprovedPlans plans,
    Ledger ledger,
    LedgerMarks marks,
    Decisions decisions,
    StagedRows staged,
    SideBySide builds) {
  Statements statements() {
    return new Statements(ledger, marks);
  }

  /** A task on one table, with the table's plan. */
  TableTask tableTask(
      TaskContext context,
      String planDigest,
      int tableIndex,
      int epoch,
      DatabaseReference source,
      DatabaseReference target)
      throws TaskFailure {
    ApprovedPlan plan = plans.plan(context.task().migrationId(), planDigest);
    return new TableTask(context, plan, plan.table(tableIndex), source, target, epoch);
  }
}
