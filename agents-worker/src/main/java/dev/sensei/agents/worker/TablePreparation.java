package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.databases.CancellableQueries;
import dev.sensei.agents.databases.CancellableQueries.Query;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkPlan;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.BoundsOutcome;
import dev.sensei.databases.ledger.ClaimOutcome;
import dev.sensei.databases.ledger.KnownFaults;
import dev.sensei.databases.ledger.KnownFaults.KnownFault;
import dev.sensei.databases.ledger.OnceOutcome;
import dev.sensei.databases.ledger.RaiseOutcome;
import dev.sensei.databases.ledger.TableClaim;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.report.TablePrepared;
import dev.sensei.schemas.task.PrepareTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Claims a table at an epoch, makes sure that its rows may go there, and divides it into chunks,
 * whose bounds stay in the target's ledger.
 */
final class TablePreparation {
  private final WorkTools tools;
  private final ChunkPace pace = new ChunkPace();

  TablePreparation(WorkTools tools) {
    this.tools = tools;
  }

  void prepare(PrepareTable task, TaskContext context) throws Exception {
    TableTask table =
        tools.tableTask(
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
    Optional<ClaimOutcome> beside = claimBeside(table, task);
    try (Sessions.Lease lease = tools.sessions().target(task.getTarget())) {
      Connection target = lease.connection();
      claim =
          held(
              target,
              table,
              beside.isPresent() ? beside.get() : take(target, table, wanted(table, task)));
      Failpoint.BEFORE_BOUNDS.hit();
      if (plan.definition().holdsRows()) {
        try (Sessions.Lease reading =
            tools.sessions().source(task.getSource(), task.getSnapshotId())) {
          knowFaults(reading.connection(), target, table);
          ChunkPlan division = pace.divide(reading.connection(), target, table, task.getOptions());
          chunks = store(target, table, task.getSnapshot(), division);
          rowEstimate = division.estimatedRows();
          reading.done();
        }
      }
      lease.done();
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

  /** Finds rows at fault that no chunk can find, and keeps where they stand. */
  private void knowFaults(Connection source, Connection target, TableTask table) throws Exception {
    List<KnownFault> faults =
        CancellableQueries.ask(
                table.context()::cancelled,
                List.of(new Query<>(source, () -> RowsTogether.find(source, table))))
            .getFirst();
    if (faults.isEmpty()) {
      return;
    }
    OnceOutcome outcome =
        tools
            .marks()
            .at(
                target,
                table.key(),
                table.epoch(),
                "keeping which rows of %s are at fault".formatted(table.table()),
                session -> KnownFaults.store(session, table.key(), table.epoch(), faults));
    if (outcome instanceof OnceOutcome.Superseded superseded) {
      throw table.superseded(superseded.currentEpoch());
    }
  }

  private static TableClaim wanted(TableTask table, PrepareTable task) {
    TablePlan plan = table.plan();
    return new TableClaim(
        table.key(), task.getInstallation(), plan.index(), table.epoch(), 0, plan.created());
  }

  /** Takes a table whose rows ours join; empty for others. What is there is digested for it. */
  private Optional<ClaimOutcome> claimBeside(TableTask table, PrepareTable task) throws Exception {
    return table.joinsOthers()
        ? Optional.of(
            tools
                .builds()
                .cancellably(
                    table,
                    session ->
                        tools
                            .ledger()
                            .claimBeside(session, wanted(table, task), table.copiedColumns())))
        : Optional.empty();
  }

  private TableClaim held(Connection target, TableTask table, ClaimOutcome taken)
      throws TaskFailure {
    TableClaim held =
        switch (taken) {
          case ClaimOutcome.Claimed claimed -> claimed.claim();
          case ClaimOutcome.AlreadyOurs ours -> ours.claim();
          case ClaimOutcome.HeldByOther other -> throw claimed(other.claim(), table.table());
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
    switch (tools.ledger().raiseEpoch(target, table.key(), table.epoch())) {
      case RaiseOutcome.Raised raised -> {}
      case RaiseOutcome.AlreadyThere there -> {}
      case RaiseOutcome.Superseded superseded -> throw table.superseded(superseded.currentEpoch());
      case RaiseOutcome.HoldsOthersRows others ->
          throw notEmpty(table.table(), others.rowsBefore());
    }
  }

  /**
   * Takes the table, unless it was in the target before and has rows, which ours may not join. They
   * are counted in the transaction that takes it: what comes into the table later may be ours.
   */
  private ClaimOutcome take(Connection target, TableTask table, TableClaim wanted)
      throws TaskFailure {
    TablePlan plan = table.plan();
    try {
      return plan.created() || !plan.definition().holdsRows()
          ? tools.ledger().claim(target, wanted)
          : tools
              .ledger()
              .claim(
                  target,
                  wanted,
                  session -> {
                    long rows = countRows(session, plan.target());
                    if (rows != 0) {
                      throw new RowsFound(rows);
                    }
                  });
    } catch (RowsFound found) {
      throw notEmpty(table.table(), found.rows);
    }
  }

  /** Carries the count out of the transaction, which it rolls back. */
  private static final class RowsFound extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long rows;

    RowsFound(long rows) {
      super("the table has rows");
      this.rows = rows;
    }
  }

  static TaskFailure claimed(TableClaim claim, String table) {
    return new TaskFailure(
        FailureClass.CONFIGURATION,
        "TABLE_CLAIMED",
        "migration %s writes %s already; let it end, or cancel it"
            .formatted(claim.key().migrationId(), table),
        table);
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
             + " or whose options.existingRows is truncate or append")
            .formatted(table, rows),
        table);
  }

  private int store(Connection target, TableTask table, int snapshot, ChunkPlan division)
      throws TaskFailure {
    return switch (tools
        .ledger()
        .storeBounds(target, table.key(), table.epoch(), snapshot, division.chunks())) {
      case BoundsOutcome.Stored stored -> stored.chunks().size();
      case BoundsOutcome.AlreadyStored stored -> stored.chunks().size();
      case BoundsOutcome.Superseded superseded -> throw table.superseded(superseded.currentEpoch());
    };
  }
}
