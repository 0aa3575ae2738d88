package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.WorkMeter;
import dev.sensei.agents.plan.ColumnReading;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.ChunkCopier;
import dev.sensei.databases.copy.ChunkResult;
import dev.sensei.databases.copy.CopyCancelled;
import dev.sensei.databases.copy.CopyColumn;
import dev.sensei.databases.copy.CopySettings;
import dev.sensei.databases.copy.CopySpec;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.ChunkKey;
import dev.sensei.databases.ledger.ChunkWork;
import dev.sensei.databases.ledger.CopyOutcome;
import dev.sensei.databases.ledger.LedgerEntry;
import dev.sensei.schemas.common.ChunkEvidence;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.progress.ChunkProgress;
import dev.sensei.schemas.report.ChunkCopied;
import dev.sensei.schemas.task.CopyChunk;
import java.sql.Connection;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.List;

/** Copies one chunk exactly once: rows and ledger row are one transaction of the target. */
final class ChunkCopy {
  private final WorkTools tools;
  private final RejectedRows rejected = new RejectedRows();
  private final CopiedBytes copied = new CopiedBytes();
  private final ChunkCopier copier = new ChunkCopier(CopySettings.DEFAULT);

  ChunkCopy(WorkTools tools) {
    this.tools = tools;
  }

  /** What is copied so far. */
  WorkMeter meter() {
    return copied;
  }

  void copy(CopyChunk task, TaskContext context) throws Exception {
    try (CopiedBytes.Task _ = copied.begin()) {
      copyOnce(task, context);
    }
  }

  private void copyOnce(CopyChunk task, TaskContext context) throws Exception {
    TableTask table =
        tools.tableTask(
            context,
            task.getPlanDigest(),
            task.getTableIndex(),
            task.getEpoch(),
            task.getSource(),
            task.getTarget());
    TablePlan plan = table.plan();
    MarkedRows.refuse(table.approved(), plan);
    Instant started = Instant.now();
    CopyOutcome outcome;
    try (Sessions.Lease lease = tools.sessions().target(task.getTarget())) {
      Connection target = lease.connection();
      outcome =
          tools
              .ledger()
              .copyOnce(
                  target,
                  new ChunkKey(table.key(), task.getEpoch(), task.getChunk()),
                  task.getSnapshot(),
                  context.agentName(),
                  (session, chunk) ->
                      ChunkWork.Written.clean(
                          rows(
                              session,
                              task,
                              context,
                              spec(
                                  plan,
                                  table.rowsInto(),
                                  chunk.bounds(),
                                  Math.toIntExact(task.getBatchRows())))));
      lease.done();
    } catch (CopyCancelled cancelled) {
      throw new TaskReleasedException(
          "the chunk was stopped within a batch; nothing of it is written");
    } catch (RejectedRows.Found found) {
      throw found.failure(plan.target());
    }
    switch (outcome) {
      case CopyOutcome.Copied copied -> report(task, context, copied.entry(), started, false);
      case CopyOutcome.AlreadyCopied copied -> report(task, context, copied.entry(), started, true);
      case CopyOutcome.Superseded superseded -> throw table.superseded(superseded.currentEpoch());
      case CopyOutcome.NotPlanned notPlanned ->
          throw new TaskFailure(
              FailureClass.INTERNAL,
              "CHUNK_NOT_PLANNED",
              "the ledger has no bounds for chunk %d of %s"
                  .formatted(task.getChunk(), task.getTable()),
              task.getTable());
      case CopyOutcome.OtherSnapshot other ->
          throw new TaskFailure(
              FailureClass.INTERNAL,
              "OTHER_SNAPSHOT",
              "chunk %d of %s was planned under snapshot %d, the task names %d"
                  .formatted(
                      task.getChunk(), task.getTable(), other.plannedNumber(), task.getSnapshot()),
              task.getTable());
    }
  }

  private ChunkResult rows(Connection target, CopyChunk task, TaskContext context, CopySpec spec) {
    try (Sessions.Lease reading = tools.sessions().source(task.getSource(), task.getSnapshotId())) {
      Connection source = reading.connection();
      Savepoint before =
          DatabaseErrors.call("writing rows to " + spec.targetTable(), target::setSavepoint);
      try {
        ChunkResult result =
            copied.counting(
                (rows, bytes) -> context.progress(progress(task, context, rows, bytes)),
                progress -> copier.copy(source, target, spec, progress, context::cancelled));
        reading.done();
        return result;
      } catch (DatabaseException refused) {
        if (refused.errorClass() == ErrorClass.DATA) {
          DatabaseErrors.run("going back before the chunk", () -> target.rollback(before));
          rejected.find(source, target, spec, context::cancelled);
        }
        throw refused;
      }
    }
  }

  /**
   * What to copy of a table within bounds.
   *
   * @param into the table of the target, or its staging
   */
  static CopySpec spec(TablePlan plan, TableName into, ChunkBounds bounds, int batchRows) {
    List<CopyColumn> columns =
        plan.columns().stream()
            .map(column -> new CopyColumn(ColumnReading.toCopy(column), column.target()))
            .toList();
    return new CopySpec(plan.source(), into, columns, bounds, batchRows);
  }

  private static ChunkProgress progress(
      CopyChunk task, TaskContext context, long rows, long bytes) {
    return ChunkProgress.newBuilder()
        .setMigrationId(task.getMigrationId())
        .setTable(task.getTable())
        .setTableIndex(task.getTableIndex())
        .setEpoch(task.getEpoch())
        .setChunk(task.getChunk())
        .setRows(rows)
        .setBytes(bytes)
        .setAgent(context.agentName())
        .build();
  }

  private static void report(
      CopyChunk task, TaskContext context, LedgerEntry entry, Instant started, boolean again)
      throws TaskFailure, TaskReleasedException {
    Failpoint.BEFORE_REPORT.hit();
    context.report(
        ChunkCopied.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setTable(task.getTable())
            .setTableIndex(task.getTableIndex())
            .setEpoch(task.getEpoch())
            .setEvidence(evidence(entry, started))
            .setRedelivered(again)
            .build());
  }

  /** What the ledger has of a chunk, for the journal. */
  static ChunkEvidence evidence(LedgerEntry entry, Instant started) {
    Instant finished = entry.committedAt();
    return ChunkEvidence.newBuilder()
        .setChunk(entry.key().chunk())
        .setSnapshot(entry.snapshotNumber())
        .setRows(entry.result().rows())
        .setBytes(entry.result().bytes())
        .setDigest(entry.result().digest().toString())
        .setWorker(entry.worker())
        .setStartedAt(started.isAfter(finished) ? finished : started)
        .setFinishedAt(finished)
        .build();
  }
}
