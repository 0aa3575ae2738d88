package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkPlan;
import dev.sensei.databases.copy.ChunkPlanSettings;
import dev.sensei.databases.copy.ChunkPlanner;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.BoundsOutcome;
import dev.sensei.databases.ledger.ClaimOutcome;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.RaiseOutcome;
import dev.sensei.databases.ledger.TableClaim;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.report.TablePrepared;
import dev.sensei.schemas.task.PrepareTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalLong;

/**
 * Claims a table at an epoch, makes sure that its rows may go there, and divides it into chunks,
 * whose bounds stay in the target's ledger.
 */
final class TablePreparation {
  private final Sessions sessions;
  private final Plans plans;
  private final Ledger ledger;

  TablePreparation(Sessions sessions, Plans plans, Ledger ledger) {
    this.sessions = sessions;
    this.plans = plans;
    this.ledger = ledger;
  }

  void prepare(PrepareTable task, TaskContext context) throws Exception {
    TableTask table =
        plans.tableTask(
            context,
            task.getPlanDigest(),
            task.getTableIndex(),
            task.getEpoch(),
            task.getSource(),
            task.getTarget());
    TablePlan plan = table.plan();
    TableClaim claim;
    int chunks = 0;
    long rowEstimate = 0;
    try (Connection target = sessions.target(table)) {
      claim = claim(target, table, task);
      if (plan.definition().holdsRows()) {
        try (Connection source = sessions.source(task.getSource())) {
          ChunkPlan division =
              ChunkPlanner.plan(source, plan.source(), settings(task.getOptions().getChunkRows()));
          chunks = store(target, table, task.getSnapshot(), division);
          rowEstimate = division.estimatedRows();
        }
      }
    }
    Failpoint.BEFORE_REPORT.hit();
    context.report(
        TablePrepared.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setTable(task.getTable())
            .setTableIndex(task.getTableIndex())
            .setEpoch(task.getEpoch())
            .setChunks(chunks)
            .setRowEstimate(rowEstimate)
            .setRowsBefore(claim.rowsBefore())
            .setCreated(claim.createdByUs())
            .build());
  }

  private TableClaim claim(Connection target, TableTask table, PrepareTable task)
      throws TaskFailure {
    TablePlan plan = table.plan();
    long before = plan.created() ? 0 : rowsBefore(target, table, task);
    TableClaim wanted =
        new TableClaim(
            table.key(),
            task.getInstallation(),
            plan.index(),
            table.epoch(),
            before,
            plan.created());
    TableClaim held =
        switch (ledger.claim(target, wanted)) {
          case ClaimOutcome.Claimed claimed -> claimed.claim();
          case ClaimOutcome.AlreadyOurs ours -> ours.claim();
          case ClaimOutcome.HeldByOther other ->
              throw new TaskFailure(
                  FailureClass.CONFIGURATION,
                  "TABLE_CLAIMED",
                  "migration %s writes %s already; let it end, or cancel it"
                      .formatted(other.claim().key().migrationId(), table.table()),
                  table.table());
        };
    if (held.epoch() > table.epoch()) {
      throw table.superseded(OptionalLong.of(held.epoch()));
    }
    if (held.epoch() < table.epoch()) {
      raise(target, table);
    }
    return held;
  }

  private void raise(Connection target, TableTask table) throws TaskFailure {
    switch (ledger.raiseEpoch(target, table.key(), table.epoch())) {
      case RaiseOutcome.Raised raised -> {}
      case RaiseOutcome.AlreadyThere there -> {}
      case RaiseOutcome.Superseded superseded -> throw table.superseded(superseded.currentEpoch());
      case RaiseOutcome.HoldsOthersRows others ->
          throw notEmpty(table.table(), others.rowsBefore());
    }
  }

  /** Rows in a target table that was there before; counted under the claim's rule for them. */
  private long rowsBefore(Connection target, TableTask table, PrepareTable task)
      throws TaskFailure {
    if (ledger.claimOn(target, table.plan().target()).isPresent()) {
      // What is in the table now may be ours; the claim knows what was there before.
      return 0;
    }
    TableName name = table.plan().target();
    long rows = DatabaseErrors.call("counting the rows of " + name, () -> countRows(target, name));
    if (rows == 0) {
      return 0;
    }
    return switch (task.getOptions().getExistingRows()) {
      case TRUNCATE -> {
        DatabaseErrors.run(
            "emptying " + name,
            () -> {
              try (Statement statement = target.createStatement()) {
                statement.execute("TRUNCATE TABLE ONLY " + name.quoted());
              }
            });
        yield 0;
      }
      case REFUSE, APPEND, UNKNOWN -> throw notEmpty(table.table(), rows);
    };
  }

  private static long countRows(Connection target, TableName name) throws SQLException {
    try (Statement statement = target.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM ONLY " + name.quoted())) {
      row.next();
      return row.getLong(1);
    }
  }

  private static TaskFailure notEmpty(String table, long rows) {
    return new TaskFailure(
        FailureClass.CONFIGURATION,
        "TARGET_NOT_EMPTY",
        ("expected table %s of the target to be empty, found %d rows; nothing was written to it:"
             + " empty it, or cancel and begin again with a spec whose tables.exclude leaves it out"
             + " or whose options.existingRows is truncate")
            .formatted(table, rows),
        table);
  }

  private int store(Connection target, TableTask table, int snapshot, ChunkPlan division)
      throws TaskFailure {
    return switch (ledger.storeBounds(
        target, table.key(), table.epoch(), snapshot, division.chunks())) {
      case BoundsOutcome.Stored stored -> stored.chunks().size();
      case BoundsOutcome.AlreadyStored stored -> stored.chunks().size();
      case BoundsOutcome.Superseded superseded -> throw table.superseded(superseded.currentEpoch());
    };
  }

  private static ChunkPlanSettings settings(long chunkRows) {
    return new ChunkPlanSettings(
        chunkRows,
        ChunkPlanSettings.DEFAULT.bytesPerChunk(),
        ChunkPlanSettings.DEFAULT.maxChunks());
  }
}
