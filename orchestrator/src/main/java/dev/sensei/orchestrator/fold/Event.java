package dev.sensei.orchestrator.fold;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What happened to a migration. Each record and field has its counterpart, with its documentation,
 * in {@code journal.avdl}.
 */
public sealed interface Event {
  /** The migration it happened to. */
  MigrationId migrationId();

  /** What happened to the migration as a whole. */
  sealed interface OfMigration extends Event {}

  /** What happened to one table. */
  sealed interface OfTable extends Event {
    /** The source table. */
    String table();

    /** Its number in the plan. */
    int tableIndex();
  }

  /** What happened to a task that has no result yet. */
  sealed interface OfTask extends Event {
    /** The task. */
    TaskId taskId();

    /** Which attempt. */
    int attempt();

    /** What is asked. */
    TaskKind kind();

    /** The table's number in the plan, or -1. */
    int tableIndex();

    /** The chunk's number, or -1. */
    int chunk();
  }

  /** A migration was made. */
  record MigrationCreated(
      MigrationId migrationId,
      DatabaseReference source,
      DatabaseReference target,
      Options options,
      String requestedBy)
      implements OfMigration {}

  /** An analysis began. */
  record AnalysisStarted(MigrationId migrationId, int analysis, String reason, String requestedBy)
      implements OfMigration {}

  /** A source table was described. */
  record TableDescribed(
      MigrationId migrationId,
      int attempt,
      int analysis,
      String table,
      long rowEstimate,
      long byteEstimate,
      int columns,
      String definition)
      implements OfMigration {}

  /** All else in a catalog was described. */
  record CatalogDescribed(
      MigrationId migrationId, int attempt, int analysis, String side, String definition)
      implements OfMigration {}

  /** An analysis is complete. */
  record AnalysisCompleted(
      MigrationId migrationId,
      int attempt,
      int analysis,
      int tables,
      long rowEstimate,
      long byteEstimate,
      String catalogDigest)
      implements OfMigration {}

  /** Planning began. */
  record PlanningStarted(
      MigrationId migrationId, int plan, String reason, Options options, String requestedBy)
      implements OfMigration {}

  /** A table was planned. */
  record TablePlanned(
      MigrationId migrationId,
      int attempt,
      int plan,
      String table,
      int tableIndex,
      String targetTable,
      int phase,
      List<Integer> dependsOn,
      long rowEstimate,
      long byteEstimate,
      boolean foreignKeys,
      boolean small,
      double confidence,
      String definition)
      implements OfTable {
    public TablePlanned {
      dependsOn = List.copyOf(dependsOn);
    }
  }

  /** The plan is complete and waits for approval. */
  record PlanCompleted(
      MigrationId migrationId,
      int attempt,
      int plan,
      String planDigest,
      int tables,
      int phases,
      long rowEstimate,
      long byteEstimate,
      long estimatedSeconds,
      double confidence,
      int flaggedMappings,
      List<PlanException> exceptions,
      List<String> risks,
      String definition)
      implements OfMigration {
    public PlanCompleted {
      exceptions = List.copyOf(exceptions);
      risks = List.copyOf(risks);
    }
  }

  /** A person approved the plan; options are locked. */
  record PlanApproved(
      MigrationId migrationId, String planDigest, String approver, boolean exceptionsAccepted)
      implements OfMigration {}

  /** A person turned the plan down. */
  record PlanRejected(MigrationId migrationId, String planDigest, String reason, String requestedBy)
      implements OfMigration {}

  /** A person accepted the exceptions. */
  record ExceptionsAccepted(MigrationId migrationId, String planDigest, String approver)
      implements OfMigration {}

  /** The migration waits for a person at a milestone. */
  record MilestoneReached(MigrationId migrationId, Milestone milestone) implements OfMigration {}

  /** A person let the migration go on after a milestone. */
  record MilestonePassed(MigrationId migrationId, Milestone milestone, String requestedBy)
      implements OfMigration {}

  /** Rows begin to move. */
  record ExecutionStarted(MigrationId migrationId, String planDigest) implements OfMigration {}

  /** A snapshot of the source is kept. */
  record SnapshotExported(
      MigrationId migrationId, int number, SnapshotEvidence snapshot, boolean sourceUnchanged)
      implements OfMigration {}

  /** A snapshot was lost. */
  record SnapshotLost(MigrationId migrationId, int number, String reason) implements OfMigration {}

  /** The target is ready for tables. */
  record TargetPrepared(MigrationId migrationId, List<String> created) implements OfMigration {
    public TargetPrepared {
      created = List.copyOf(created);
    }
  }

  /** A table's run went from one state to the next. */
  record TableMoved(
      MigrationId migrationId,
      String table,
      int tableIndex,
      int epoch,
      TableRunState from,
      TableRunState to,
      String reason,
      boolean restart)
      implements OfTable {}

  /** A table is claimed, checked and divided. */
  record TablePrepared(
      MigrationId migrationId,
      String table,
      int tableIndex,
      int epoch,
      int chunks,
      long rowEstimate,
      long rowsBefore,
      boolean created)
      implements OfTable {}

  /** A chunk is in the target, once. */
  record ChunkCopied(
      MigrationId migrationId, String table, int tableIndex, int epoch, ChunkEvidence evidence)
      implements OfTable {}

  /** A table's ledger is settled. */
  record TableChecked(
      MigrationId migrationId,
      String table,
      int tableIndex,
      int epoch,
      long rows,
      long bytes,
      String digest,
      long targetRows,
      List<Integer> missingChunks,
      List<String> built,
      long setAside,
      List<RowDeviation> deviations)
      implements OfTable {
    public TableChecked {
      missingChunks = List.copyOf(missingChunks);
      built = List.copyOf(built);
      deviations = List.copyOf(deviations);
    }
  }

  /** A table is complete, but for foreign keys. */
  record TableCompleted(
      MigrationId migrationId, String table, int tableIndex, int epoch, List<String> built)
      implements OfTable {
    public TableCompleted {
      built = List.copyOf(built);
    }
  }

  /** A table's foreign keys hold. */
  record ForeignKeysAdded(
      MigrationId migrationId, String table, int tableIndex, int epoch, List<String> built)
      implements OfTable {
    public ForeignKeysAdded {
      built = List.copyOf(built);
    }
  }

  /** A table is as it was before. */
  record TableRolledBack(
      MigrationId migrationId, String table, int tableIndex, int epoch, List<String> left)
      implements OfTable {
    public TableRolledBack {
      left = List.copyOf(left);
    }
  }

  /** Sequences, views and comments are there. */
  record TargetFinished(MigrationId migrationId, List<String> built) implements OfMigration {
    public TargetFinished {
      built = List.copyOf(built);
    }
  }

  /** A person decided about rows in the error queue. */
  record ErrorResolutionStarted(MigrationId migrationId, ErrorResolution resolution)
      implements OfMigration {}

  /** What a person decided about rows in the error queue was done, as far as it went. */
  record ErrorsResolved(MigrationId migrationId, List<TableErrors> tables) implements OfMigration {
    public ErrorsResolved {
      tables = List.copyOf(tables);
    }
  }

  /** What has become of a table's rows in the error queue was counted. */
  record TableErrorsResolved(
      MigrationId migrationId,
      String table,
      int tableIndex,
      int epoch,
      long open,
      long skipped,
      long retried,
      long corrected,
      long withdrawn)
      implements OfTable {}

  /** No more work is handed out. */
  record MigrationPaused(MigrationId migrationId, String requestedBy) implements OfMigration {}

  /** Work goes on. */
  record MigrationResumed(MigrationId migrationId, String requestedBy) implements OfMigration {}

  /** Every table is in the target. */
  record ExecutionCompleted(MigrationId migrationId, long rows, long bytes)
      implements OfMigration {}

  /** Validation began. */
  record ValidationStarted(MigrationId migrationId, String reason) implements OfMigration {}

  /** A table was read on both sides. */
  record TableValidated(
      MigrationId migrationId,
      String table,
      int tableIndex,
      int epoch,
      CheckOutcome outcome,
      TableEvidence evidence)
      implements OfTable {}

  /** Keys and sequences were checked. */
  record ReferencesValidated(MigrationId migrationId, PerspectiveResult result)
      implements OfMigration {}

  /** The ledger was held against the journal. */
  record LedgerReconciled(
      MigrationId migrationId, long chunks, long rows, String digest, List<String> discrepancies)
      implements OfMigration {
    public LedgerReconciled {
      discrepancies = List.copyOf(discrepancies);
    }
  }

  /** The ledger is gone from the target. */
  record TargetReleased(MigrationId migrationId) implements OfMigration {}

  /** The target's catalog was held against the plan. */
  record StructureValidated(MigrationId migrationId, PerspectiveResult result)
      implements OfMigration {}

  /** The certificate is signed; the migration is certified. */
  record CertificateIssued(
      MigrationId migrationId, Verdict verdict, String certificate, String keyId)
      implements OfMigration {}

  /** The migration failed in a phase, and waits for retry, rollback or cancel. */
  record MigrationFailed(MigrationId migrationId, LifecycleState phase, Failure failure)
      implements OfMigration {}

  /** The migration goes back to the phase that failed. */
  record RetryStarted(MigrationId migrationId, LifecycleState phase, String requestedBy)
      implements OfMigration {}

  /** Every table is being rolled back, on the way to cancelled. */
  record CancellationStarted(MigrationId migrationId, String reason, String requestedBy)
      implements OfMigration {}

  /** What was made for the migration is gone. */
  record TargetRolledBack(MigrationId migrationId, List<String> left) implements OfMigration {
    public TargetRolledBack {
      left = List.copyOf(left);
    }
  }

  /** The migration is cancelled; the target is as it was. */
  record MigrationCancelled(MigrationId migrationId, String reason, String requestedBy)
      implements OfMigration {}

  /** A task was handed out. */
  record TaskIssued(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      TaskKind kind,
      int tableIndex,
      int chunk,
      int epoch,
      List<GroupMember> members)
      implements OfTask {
    public TaskIssued {
      members = List.copyOf(members);
    }
  }

  /** Every table of a group has its result, or goes on by itself. */
  record GroupCompleted(MigrationId migrationId, TaskId taskId, TaskKind kind)
      implements OfMigration {}

  /** A task will be handed out again after a while. */
  record TaskDeferred(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      TaskKind kind,
      int tableIndex,
      int chunk,
      Instant notBefore,
      Failure failure)
      implements OfTask {
    public TaskDeferred {
      notBefore = notBefore.truncatedTo(ChronoUnit.MILLIS);
    }
  }

  /** A task gave no sign of life in time. */
  record TaskExpired(
      MigrationId migrationId, TaskId taskId, int attempt, TaskKind kind, int tableIndex, int chunk)
      implements OfTask {}

  /** A task was given back undone. */
  record TaskReleased(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      TaskKind kind,
      int tableIndex,
      int chunk,
      String reason)
      implements OfTask {}

  /** A task failed for good. */
  record TaskFailed(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      TaskKind kind,
      int tableIndex,
      int chunk,
      Failure failure)
      implements OfTask {}

  /** A command was not allowed. */
  record CommandRejected(
      MigrationId migrationId,
      String command,
      String commandId,
      LifecycleState state,
      String reason)
      implements OfMigration {}
}
