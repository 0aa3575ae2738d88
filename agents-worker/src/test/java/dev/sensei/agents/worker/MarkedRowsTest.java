package dev.sensei.agents.worker;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.Remedy;
import dev.sensei.databases.rules.ValueRule;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MarkedRowsTest extends WorkerOnDatabases {
  private static final ColumnRule BY_TARGET =
      new ColumnRule(new ValueRule.MaxLength(3), new Remedy.SetAside(), ColumnRule.Origin.TARGET);
  private static final ColumnRule BY_PERSON =
      new ColumnRule(new ValueRule.MaxLength(3), new Remedy.SetAside(), ColumnRule.Origin.PERSON);
  private static final ColumnRule REPAIR =
      new ColumnRule(new ValueRule.MaxLength(3), new Remedy.Truncate(), ColumnRule.Origin.TARGET);

  @Test
  void whatTheTargetRefusesByItselfIsCopiedAsItIs() throws SQLException {
    ApprovedPlan plan = plan(Map.of(), BY_TARGET);
    assertThatCode(() -> MarkedRows.refuse(plan, plan.tables().getFirst()))
        .doesNotThrowAnyException();
  }

  @Test
  void aPlanWhoseRowsHaveToBeMarkedIsRefusedAndNotCopiedAsItIs() throws SQLException {
    for (ApprovedPlan plan :
        List.of(
            plan(Map.of("errorMaxRows", "5"), BY_TARGET),
            plan(Map.of(), BY_PERSON),
            plan(Map.of(), REPAIR))) {
      assertThatThrownBy(() -> MarkedRows.refuse(plan, plan.tables().getFirst()))
          .isInstanceOf(TaskFailure.class)
          .hasMessageContaining("repair values or set rows aside");
    }
  }

  private ApprovedPlan plan(Map<String, String> options, ColumnRule rule) throws SQLException {
    begin("CREATE TABLE t (name text)", "CREATE TABLE t (name varchar(3))", options);
    TablePlan plan = migration.table("t");
    ColumnMapping column = plan.columns().getFirst();
    TablePlan ruled =
        new TablePlan(
            plan.index(),
            plan.source(),
            plan.target(),
            plan.definition(),
            plan.created(),
            plan.phase(),
            plan.dependsOn(),
            List.of(
                new ColumnMapping(
                    column.source(),
                    column.target(),
                    column.sourceType(),
                    column.targetType(),
                    1,
                    "",
                    List.of(rule))),
            plan.keys(),
            plan.indexes(),
            plan.foreignKeys(),
            0,
            0);
    return new ApprovedPlan(migration.plan, List.of(ruled));
  }
}
