package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.databases.TableName;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.schemas.report.TargetFinished;
import dev.sensei.schemas.report.TargetPrepared;
import dev.sensei.schemas.report.TargetReleased;
import dev.sensei.schemas.task.FinishTarget;
import dev.sensei.schemas.task.PrepareTarget;
import dev.sensei.schemas.task.ReleaseTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The tasks on a target as a whole: before its tables, after them, and the ledger's end. */
final class TargetTasks {
  /** The mark of statements that run before any row moves. */
  static final String PRE_DATA = "pre-data";

  /** The mark of statements that run after every table is done. */
  static final String POST_DATA = "post-data";

  private final Sessions sessions;
  private final Plans plans;
  private final Ledger ledger;

  TargetTasks(Sessions sessions, Plans plans, Ledger ledger) {
    this.sessions = sessions;
    this.plans = plans;
    this.ledger = ledger;
  }

  void prepare(PrepareTarget task, TaskContext context) throws Exception {
    MigrationPlan plan = plans.migration(task.getMigrationId(), task.getPlanDigest());
    List<String> created;
    try (Connection target = sessions.target(task.getTarget())) {
      ledger.install(target, task.getInstallation(), task.getMigrationId());
      created = new Statements(ledger).run(target, context, PRE_DATA, plan.preData());
    }
    Failpoint.BEFORE_REPORT.hit();
    context.report(
        TargetPrepared.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setCreated(created)
            .build());
  }

  void finish(FinishTarget task, TaskContext context) throws Exception {
    MigrationPlan plan = plans.migration(task.getMigrationId(), task.getPlanDigest());
    List<String> built = new ArrayList<>();
    try (Connection source = sessions.source(task.getSource());
        Connection target = sessions.target(task.getTarget())) {
      for (TableName sequence : plan.sequences()) {
        context.throwIfCancelled();
        DatabaseErrors.run(
            "setting sequence " + sequence, () -> carrySequence(source, target, sequence));
        built.add("sequence " + sequence);
      }
      built.addAll(new Statements(ledger).run(target, context, POST_DATA, plan.postData()));
    }
    Failpoint.BEFORE_REPORT.hit();
    context.report(
        TargetFinished.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setBuilt(built)
            .build());
  }

  void release(ReleaseTarget task, TaskContext context) throws Exception {
    try (Connection target = sessions.target(task.getTarget())) {
      ledger.remove(target, task.getMigrationId());
    }
    Failpoint.BEFORE_REPORT.hit();
    context.report(
        TargetReleased.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .build());
  }

  /**
   * A sequence's value is no part of a snapshot: it is read as late as this, and never goes back.
   */
  private static void carrySequence(Connection source, Connection target, TableName sequence)
      throws SQLException {
    long last;
    boolean called;
    try (Statement statement = source.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT last_value, is_called FROM " + sequence.quoted())) {
      row.next();
      last = row.getLong(1);
      called = row.getBoolean(2);
    }
    try (PreparedStatement set =
        target.prepareStatement("SELECT pg_catalog.setval(?::pg_catalog.regclass, ?, ?)")) {
      set.setString(1, sequence.quoted());
      set.setLong(2, last);
      set.setBoolean(3, called);
      set.execute();
    }
  }
}
