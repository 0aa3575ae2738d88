package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.databases.ledger.Decisions;
import dev.sensei.schemas.task.ResolveErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalLong;

/** A failure on its way out of a transaction, which is rolled back. */
final class RefusedInside extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient TaskFailure failure;

  RefusedInside(TaskFailure failure) {
    super(failure);
    this.failure = failure;
  }

  TaskFailure failure() {
    return failure;
  }

  /**
   * The table at the epoch that it has, held up to the end of the transaction at hand.
   *
   * @param table at any epoch
   * @throws RefusedInside where it is at one that began behind the task, or is nobody's
   */
  static TableTask held(Connection target, TableTask table, ResolveErrors task)
      throws SQLException {
    OptionalLong epoch = Decisions.hold(target, table.key());
    TableTask held = table.at(Math.toIntExact(epoch.orElse(task.getHighestEpoch())));
    if (epoch.isEmpty() || epoch.getAsLong() > task.getHighestEpoch()) {
      throw new RefusedInside(held.superseded(epoch));
    }
    return held;
  }
}
