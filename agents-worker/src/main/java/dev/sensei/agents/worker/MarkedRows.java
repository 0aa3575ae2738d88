package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.schemas.common.FailureClass;

/** Refuses plans whose rows have to be marked as they are read, which this worker does not do. */
final class MarkedRows {
  private MarkedRows() {}

  /**
   * Refuses a table whose rows have to be marked.
   *
   * @throws TaskFailure {@code ROWS_MARKED}
   */
  static void refuse(ApprovedPlan approved, TablePlan plan) throws TaskFailure {
    if (!approved.reading(plan).isPlain()) {
      throw new TaskFailure(
          FailureClass.CONFIGURATION,
          "ROWS_MARKED",
          "expected a plan whose rows the target checks alone, found rules for %s that repair values or set rows aside; cancel, and begin again with a spec without rules and recovery, and with errors.maxRows 0"
              .formatted(plan.source()),
          plan.source().toString());
    }
  }
}
