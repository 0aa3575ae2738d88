package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.databases.ledger.Decisions;
import dev.sensei.schemas.task.ResolveErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalLong;

/** A failure, or that nobody wants the work, on its way out of a transaction that is undone. */
final class RefusedInside extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Exception reason;

  RefusedInside(TaskFailure failure) {
    super(failure);
    this.reason = failure;
  }

  RefusedInside(TaskReleasedException released) {
    super(released);
    this.reason = released;
  }

  /** What it is outside of the transaction. */
  Exception reason() {
    return reason;
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
