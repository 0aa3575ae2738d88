package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.WorkMeter;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.ErrorLimit;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableReading;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.CopyCancelled;
import dev.sensei.databases.copy.CopyColumn;
import dev.sensei.databases.copy.CopySpec;
import dev.sensei.databases.copy.MarkedRow;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.ChunkKey;
import dev.sensei.databases.ledger.ChunkWork;
import dev.sensei.databases.ledger.CopyOutcome;
import dev.sensei.databases.ledger.KnownFaults;
import dev.sensei.databases.ledger.KnownFaults.KnownFault;
import dev.sensei.databases.ledger.LedgerEntry;
import dev.sensei.databases.ledger.RowChange;
import dev.sensei.databases.queue.RowCipher;
import dev.sensei.schemas.common.ChunkEvidence;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.RowDeviation;
import dev.sensei.schemas.progress.ChunkProgress;
import dev.sensei.schemas.report.ChunkCopied;
import dev.sensei.schemas.task.CopyChunk;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Copies one chunk exactly once: rows and ledger row are one transaction of the target. */
final class ChunkCopy {
  private final WorkTools tools;
  private final CopiedBytes copied = new CopiedBytes();
  private final CarefulCopy copy = new CarefulCopy(copied);
  private final SetAside setAside;

  ChunkCopy(WorkTools tools, SetAside setAside) {
    this.tools = tools;
    this.setAside = setAside;
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
    TableReading reading = table.approved().reading(plan);
    Optional<RowCipher> cipher =
        table.approved().migration().errorLimit().isNone() && reading.setRules().isEmpty()
            ? Optional.empty()
            : Optional.of(setAside.cipher(table));
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
                      rows(
                          session,
                          task,
                          table,
                          spec(
                              table.approved(),
                              plan,
                              table.rowsInto(),
                              chunk.bounds(),
                              Math.toIntExact(task.getBatchRows())),
                          cipher));
      lease.done();
    } catch (CopyCancelled cancelled) {
      throw new TaskReleasedException(
          "the chunk was stopped within a batch; nothing of it is written");
    } catch (RejectedRows rejected) {
      throw rejected.failure(plan.target());
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

  private ChunkWork.Written rows(
      Connection target,
      CopyChunk task,
      TableTask table,
      CopySpec spec,
      Optional<RowCipher> cipher) {
    TaskContext context = table.context();
    TableReading reading = table.approved().reading(table.plan());
    Function<MarkedRow, RowFault> faultOf =
        row -> MarkedFaults.fault(row, table.plan(), reading.marks());
    try (Sessions.Lease lease = tools.sessions().source(task.getSource(), task.getSnapshotId())) {
      Connection source = lease.connection();
      List<KnownFault> known = known(source, target, table, reading, spec);
      CarefulCopy.Outcome outcome =
          copy.copy(
              source,
              target,
              spec.without(known.stream().map(KnownFault::locator).toList()),
              faultOf,
              mostSetAside(table.approved()),
              (rows, bytes) -> context.progress(progress(task, context, rows, bytes)),
              context::cancelled);
      List<SetAside.Row> rows = new ArrayList<>();
      known.forEach(fault -> rows.add(SetAside.Row.known(fault)));
      outcome.faults().forEach(fault -> rows.add(SetAside.Row.open(fault)));
      outcome.rows().setAside().forEach(row -> rows.add(SetAside.Row.open(faultOf.apply(row))));
      cipher.ifPresent(
          sealing ->
              setAside.put(
                  source, target, table, task.getChunk(), rows, sealing, context::cancelled));
      lease.done();
      Map<String, Long> changes = MarkedFaults.changes(outcome.rows().changed(), reading.marks());
      rows.forEach(
          row ->
              row.remedy()
                  .ifPresent(name -> changes.merge(new RowChange(name, "").text(), 1L, Long::sum)));
      return new ChunkWork.Written(
          outcome.rows().written(),
          rows.stream().filter(row -> row.remedy().isEmpty()).count(),
          changes);
    }
  }

  /** The rows of the chunk that were found to be at fault before. */
  private static List<KnownFault> known(
      Connection source, Connection target, TableTask table, TableReading reading, CopySpec spec) {
    return reading.setRules().isEmpty()
        ? List.of()
        : RowsTogether.within(
            source,
            spec.sourceTable(),
            spec.bounds(),
            DatabaseErrors.call(
                "reading the rows of %s that are known to be at fault".formatted(table.table()),
                () -> KnownFaults.of(target, table.key(), table.epoch())));
  }

  private static int mostSetAside(ApprovedPlan approved) {
    ErrorLimit limit = approved.migration().errorLimit();
    return limit.isNone() ? 0 : Math.toIntExact(limit.maxRows());
  }

  /**
   * What to copy of a table within bounds.
   *
   * @param into the table of the target, or its staging
   */
  static CopySpec spec(
      ApprovedPlan approved, TablePlan plan, TableName into, ChunkBounds bounds, int batchRows) {
    TableReading reading = approved.reading(plan);
    List<CopyColumn> columns =
        reading.columns().stream()
            .map(column -> new CopyColumn(column.copySql(), column.target()))
            .toList();
    return new CopySpec(plan.source(), into, columns, bounds, batchRows, plan.format())
        .with(MarkedFaults.masks(reading.marks(), mostSetAside(approved)));
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
        .setSetAside(entry.setAside())
        .setDeviations(deviations(entry.deviations()))
        .build();
  }

  /** What the ledger counts of rows that rules changed or left out, for the journal. */
  static List<RowDeviation> deviations(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(
            counted -> {
              RowChange change = RowChange.parse(counted.getKey());
              return new RowDeviation(change.kind(), change.column(), counted.getValue());
            })
        .toList();
  }
}
