package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.CreatedObject;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.RaiseOutcome;
import dev.sensei.databases.ledger.TableClaim;
import dev.sensei.schemas.report.TableRolledBack;
import dev.sensei.schemas.report.TargetRolledBack;
import dev.sensei.schemas.task.RollBackTable;
import dev.sensei.schemas.task.RollBackTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Brings tables, and in the end the whole target, back to what they were. What cannot be taken away
 * is listed in the report, never passed over.
 */
final class Rollback {
  private final Sessions sessions;
  private final Plans plans;
  private final Ledger ledger;

  Rollback(Sessions sessions, Plans plans, Ledger ledger) {
    this.sessions = sessions;
    this.plans = plans;
    this.ledger = ledger;
  }

  void table(RollBackTable task, TaskContext context) throws Exception {
    TableTask table =
        plans.tableTask(
            context,
            task.getPlanDigest(),
            task.getTableIndex(),
            task.getEpoch(),
            task.getSource(),
            task.getTarget());
    List<String> left = new ArrayList<>();
    try (Connection target = sessions.target(table)) {
      Optional<TableClaim> claim = ledger.claimOn(target, table.plan().target());
      if (claim.isPresent() && claim.get().key().equals(table.key())) {
        switch (ledger.raiseEpoch(target, table.key(), task.getEpoch())) {
          case RaiseOutcome.Raised raised -> verifyEmpty(target, table.plan(), left);
          case RaiseOutcome.AlreadyThere there -> verifyEmpty(target, table.plan(), left);
          case RaiseOutcome.Superseded superseded ->
              throw table.superseded(superseded.currentEpoch());
          case RaiseOutcome.HoldsOthersRows others ->
              left.add(
                  "%d rows that were in %s before the migration, among rows of it"
                      .formatted(others.rowsBefore(), table.table()));
        }
      }
    }
    Failpoint.BEFORE_REPORT.hit();
    context.report(
        TableRolledBack.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setTable(task.getTable())
            .setTableIndex(task.getTableIndex())
            .setEpoch(task.getEpoch())
            .setLeft(left)
            .build());
  }

  void target(RollBackTarget task, TaskContext context) throws Exception {
    List<String> left = new ArrayList<>();
    try (Connection target = sessions.target(task.getTarget())) {
      List<CreatedObject> marks = ledger.objects(target, task.getMigrationId());
      if (!marks.isEmpty()) {
        MigrationPlan plan = plans.migration(task.getMigrationId(), task.getPlanDigest());
        List<TablePlan> tables = plans.tables(task.getMigrationId(), task.getPlanDigest());
        Set<String> made = made(marks, plan);
        dropForeignKeys(target, tables, made, left);
        for (String object : made) {
          drop(target, object, left);
        }
      }
      if (left.isEmpty()) {
        ledger.remove(target, task.getMigrationId());
      }
    }
    Failpoint.BEFORE_REPORT.hit();
    context.report(
        TargetRolledBack.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setLeft(left)
            .build());
  }

  /** What the marked statements created, the last first, such as {@code table public.orders}. */
  private static Set<String> made(List<CreatedObject> marks, MigrationPlan plan) {
    Set<String> marked = new LinkedHashSet<>();
    marks.forEach(mark -> marked.add(mark.kind() + "/" + mark.identity()));
    Set<String> made = new LinkedHashSet<>();
    addCreated(made, marked, TargetTasks.POST_DATA, plan.postData());
    addCreated(made, marked, TargetTasks.PRE_DATA, plan.preData());
    return made;
  }

  private static void addCreated(
      Set<String> made,
      Set<String> marked,
      String kind,
      List<dev.sensei.databases.ddl.Statement> statements) {
    for (int at = statements.size() - 1; at >= 0; at--) {
      dev.sensei.databases.ddl.Statement statement = statements.get(at);
      if (statement.sql().startsWith("CREATE ")
          && marked.contains(kind + "/" + Statements.identity(at, statement))) {
        made.add(statement.object());
      }
    }
  }

  /** Foreign keys may run in a circle, so they go before the first table does. */
  private static void dropForeignKeys(
      Connection target, List<TablePlan> tables, Set<String> made, List<String> left) {
    for (TablePlan table : tables) {
      if (!table.created() || !made.contains("table " + table.target())) {
        continue;
      }
      for (ForeignKey key : table.definition().foreignKeys()) {
        attempt(
            target,
            "constraint " + key.name() + " of " + table.target(),
            "ALTER TABLE IF EXISTS "
                + table.target().quoted()
                + " DROP CONSTRAINT IF EXISTS "
                + SqlIdentifier.quote(key.name()),
            left);
      }
    }
  }

  private static void drop(Connection target, String object, List<String> left) {
    attempt(target, object, "DROP " + object.replaceFirst(" ", " IF EXISTS "), left);
  }

  private static void attempt(Connection target, String object, String sql, List<String> left) {
    try {
      DatabaseErrors.run(
          "taking away " + object,
          () -> {
            try (Statement statement = target.createStatement()) {
              statement.execute(sql);
            }
          });
    } catch (DatabaseException refused) {
      left.add(object + " (SQLSTATE " + refused.sqlState() + ")");
    }
  }

  private static void verifyEmpty(Connection target, TablePlan plan, List<String> left) {
    if (!plan.definition().holdsRows()) {
      return;
    }
    TableName name = plan.target();
    long rows = DatabaseErrors.call("counting the rows of " + name, () -> count(target, name));
    if (rows != 0) {
      left.add("%d rows in %s".formatted(rows, name));
    }
  }

  private static long count(Connection target, TableName name) throws SQLException {
    try (Statement statement = target.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM ONLY " + name.quoted())) {
      row.next();
      return row.getLong(1);
    }
  }
}
