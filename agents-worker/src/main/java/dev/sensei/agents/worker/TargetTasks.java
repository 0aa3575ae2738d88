package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.TableName;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.CreatedObject;
import dev.sensei.databases.ledger.TableClaim;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.report.TargetFinished;
import dev.sensei.schemas.report.TargetPrepared;
import dev.sensei.schemas.report.TargetReleased;
import dev.sensei.schemas.task.FinishTarget;
import dev.sensei.schemas.task.PrepareTarget;
import dev.sensei.schemas.task.ReleaseTarget;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The tasks on a target as a whole: before its tables, after them, and the ledger's end. */
final class TargetTasks {

  /** The mark of statements that run before any row moves. */
  static final String PRE_DATA = "pre-data";

  /** The mark of statements that run after every table is done. */
  static final String POST_DATA = "post-data";

  private final WorkTools tools;
  private final Sequences sequences;

  TargetTasks(WorkTools tools) {
    this.tools = tools;
    this.sequences = new Sequences(tools);
  }

  void prepare(PrepareTarget task, TaskContext context) throws Exception {
    ApprovedPlan approved = tools.plans().plan(task.getMigrationId(), task.getPlanDigest());
    MigrationPlan plan = approved.migration();
    List<String> created;
    try (Sessions.Lease lease = tools.sessions().target(task.getTarget())) {
      Connection target = lease.connection();
      context.throwIfCancelled();
      tools.ledger().install(target, task.getInstallation(), task.getMigrationId());
      emptyExisting(target, task, approved);
      created = tools.statements().run(target, context, PRE_DATA, plan.preData());
      lease.done();
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
    ApprovedPlan approved = tools.plans().plan(task.getMigrationId(), task.getPlanDigest());
    MigrationPlan plan = approved.migration();
    List<String> built = new ArrayList<>();
    try (Sessions.Lease reading = tools.sessions().source(task.getSource());
        Sessions.Lease writing = tools.sessions().target(task.getTarget())) {
      Connection target = writing.connection();
      sequences
          .carry(reading.connection(), target, approved, context)
          .forEach(sequence -> built.add("sequence " + sequence));
      built.addAll(tools.statements().run(target, context, POST_DATA, plan.postData()));
      reading.done();
      writing.done();
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
    try (Sessions.Lease lease = tools.sessions().target(task.getTarget())) {
      Connection target = lease.connection();
      tools.ledger().remove(target, task.getMigrationId());
      lease.done();
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
   * Empties the tables that were in the target before, where that was asked for: all of them in one
   * statement, since they may refer to each other, and once, since what is in them later is ours.
   */
  private void emptyExisting(Connection target, PrepareTarget task, ApprovedPlan approved)
      throws TaskFailure {
    List<TableName> existing =
        approved.tables().stream()
            .filter(table -> !table.created() && table.definition().holdsRows())
            .map(TablePlan::target)
            .toList();
    if (existing.isEmpty() || approved.migration().existingRows() != ExistingRows.TRUNCATE) {
      return;
    }
    for (TableName table : existing) {
      Optional<TableClaim> claim = tools.ledger().claimOn(target, table);
      if (claim.isPresent() && !claim.get().key().migrationId().equals(task.getMigrationId())) {
        throw TablePreparation.claimed(claim.get(), table.toString());
      }
    }
    tools
        .ledger()
        .once(
            target,
            task.getMigrationId(),
            new CreatedObject("existing-rows", "emptied"),
            "emptying the tables that were in the target",
            session -> {
              try (Statement statement = session.createStatement()) {
                statement.execute(
                    existing.stream()
                        .map(table -> "ONLY " + table.quoted())
                        .collect(Collectors.joining(", ", "TRUNCATE ", "")));
              }
            });
  }
}
