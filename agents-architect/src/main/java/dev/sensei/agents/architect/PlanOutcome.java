package dev.sensei.agents.architect;

import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.schemas.common.FailureClass;
import java.util.List;

/** What planning comes to. */
sealed interface PlanOutcome {
  /**
   * A plan.
   *
   * @param tables the plan of each table, by its number
   * @param migration all else
   */
  record Planned(List<TablePlan> tables, MigrationPlan migration) implements PlanOutcome {
    public Planned {
      tables = List.copyOf(tables);
    }
  }

  /**
   * No plan can be made.
   *
   * @param failureClass what kind of trouble it is
   * @param code a stable word in capitals
   * @param message what was expected, what was found and what to do
   * @param object the object concerned; empty where there is none
   */
  record Refused(FailureClass failureClass, String code, String message, String object)
      implements PlanOutcome {}
}
