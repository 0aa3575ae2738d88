package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.TableName;
import dev.sensei.databases.ledger.Decisions;
import dev.sensei.databases.ledger.Staging;
import dev.sensei.databases.ledger.TableKey;
import dev.sensei.schemas.common.DatabaseReference;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.task.ResolveErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;

/**
 * What every task on a table has in common.
 *
 * @param context the attempt
 * @param approved the whole plan
 * @param plan the table's plan
 * @param source where rows come from
 * @param target where they go
 * @param epoch the epoch that the task was issued for
 */
record TableTask(
    TaskContext context,
    ApprovedPlan approved,
    TablePlan plan,
    DatabaseReference source,
    DatabaseReference target,
    int epoch) {

  /**
   * The same table at the epoch that it has in the target, held up to the end of the transaction at
   * hand.
   *
   * @throws RefusedInside where that is one which began behind the decision, or is nobody's
   */
  TableTask held(Connection session, ResolveErrors decision) throws SQLException {
    OptionalLong current = Decisions.hold(session, key());
    TableTask held =
        new TableTask(
            context,
            approved,
            plan,
            source,
            target,
            Math.toIntExact(current.orElse(decision.getHighestEpoch())));
    if (current.isEmpty() || current.getAsLong() > decision.getHighestEpoch()) {
      throw new RefusedInside(held.superseded(current));
    }
    return held;
  }

  /** Another table of the same plan, at the same epoch. */
  TableTask of(TablePlan other) {
    return new TableTask(context, approved, other, source, target, epoch);
  }

  /** The source table's name, as tasks and reports give it. */
  String table() {
    return plan.source().toString();
  }

  String migrationId() {
    return context.task().migrationId();
  }

  TableKey key() {
    return new TableKey(migrationId(), plan.target());
  }

  /** Whether its rows join those of others. */
  boolean joinsOthers() {
    return approved.joinsOthers(plan);
  }

  /** Where its rows are copied to: the table, or its staging. */
  TableName rowsInto() {
    return joinsOthers() ? Staging.tableOf(migrationId(), plan.index()) : plan.target();
  }

  /** The target's columns that are copied. */
  List<String> copiedColumns() {
    return plan.columns().stream().map(ColumnMapping::target).toList();
  }

  /** The failure that tells the orchestrator that another epoch holds now. */
  TaskFailure superseded(OptionalLong current) {
    String now = current.isPresent() ? "epoch " + current.getAsLong() : "no claim";
    return new TaskFailure(
        FailureClass.SUPERSEDED,
        "EPOCH_SUPERSEDED",
        "expected epoch %d of %s in the target's ledger, found %s; nothing was written"
            .formatted(epoch, table(), now),
        table());
  }
}
