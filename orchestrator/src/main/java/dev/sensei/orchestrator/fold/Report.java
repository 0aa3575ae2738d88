package dev.sensei.orchestrator.fold;

import java.util.List;

/**
 * What an agent answers. Each record and field has its counterpart, with its documentation, in
 * {@code reports.avdl}.
 */
public sealed interface Report {
  /** The migration it is about. */
  MigrationId migrationId();

  /** The task it answers. */
  TaskId taskId();

  /** The attempt it answers. */
  int attempt();

  /** Who reports. */
  String agent();

  /** A task is still being worked on. */
  record TaskHeartbeat(MigrationId migrationId, TaskId taskId, int attempt, String agent)
      implements Report {}

  /** A task failed. */
  record TaskFailed(
      MigrationId migrationId, TaskId taskId, int attempt, String agent, Failure failure)
      implements Report {}

  /** A task was given back undone, since its migration is paused or being cancelled. */
  record TaskReleased(
      MigrationId migrationId, TaskId taskId, int attempt, String agent, String reason)
      implements Report {}

  /** A source table as the catalog has it. */
  record TableDescribed(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      int analysis,
      String table,
      long rowEstimate,
      long byteEstimate,
      int columns,
      String definition)
      implements Report {}

  /** All else in the source's catalog, and the target's. */
  record CatalogDescribed(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      int analysis,
      String side,
      String definition)
      implements Report {}

  /** Both catalogs are read. */
  record AnalysisCompleted(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      int analysis,
      int tables,
      long rowEstimate,
      long byteEstimate,
      String catalogDigest)
      implements Report {}

  /** The plan for one table. */
  record TablePlanned(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
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
      implements Report {
    public TablePlanned {
      dependsOn = List.copyOf(dependsOn);
    }
  }

  /** All of the plan that is not of one table. */
  record PlanCompleted(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
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
      implements Report {
    public PlanCompleted {
      exceptions = List.copyOf(exceptions);
      risks = List.copyOf(risks);
    }
  }

  /** The snapshot is exported and kept. */
  record SnapshotExported(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      SnapshotEvidence snapshot,
      String catalogDigest)
      implements Report {}

  /** The snapshot was let go, since the migration has no more use for it. */
  record SnapshotReleased(MigrationId migrationId, TaskId taskId, int attempt, String agent)
      implements Report {}

  /** The target is ready for tables. */
  record TargetPrepared(
      MigrationId migrationId, TaskId taskId, int attempt, String agent, List<String> created)
      implements Report {
    public TargetPrepared {
      created = List.copyOf(created);
    }
  }

  /** A table is claimed, checked and divided. */
  record TablePrepared(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      String table,
      int tableIndex,
      int epoch,
      int chunks,
      long rowEstimate,
      long rowsBefore,
      boolean created)
      implements Report {}

  /** A table of a group is complete but for foreign keys. */
  record GroupTableMoved(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      String table,
      int tableIndex,
      int epoch,
      long rowEstimate,
      long rowsBefore,
      boolean created,
      ChunkEvidence evidence,
      long targetRows,
      List<String> built)
      implements Report {
    public GroupTableMoved {
      built = List.copyOf(built);
    }
  }

  /** A chunk is in the target, once. */
  record ChunkCopied(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      String table,
      int tableIndex,
      int epoch,
      ChunkEvidence evidence,
      boolean redelivered)
      implements Report {}

  /** A table's ledger is settled. */
  record TableChecked(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
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
      implements Report {
    public TableChecked {
      missingChunks = List.copyOf(missingChunks);
      built = List.copyOf(built);
      deviations = List.copyOf(deviations);
    }
  }

  /** A table is complete, but for foreign keys. */
  record TableCompleted(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      String table,
      int tableIndex,
      int epoch,
      List<String> built)
      implements Report {
    public TableCompleted {
      built = List.copyOf(built);
    }
  }

  /** A table's foreign keys hold. */
  record ForeignKeysAdded(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      String table,
      int tableIndex,
      int epoch,
      List<String> built)
      implements Report {
    public ForeignKeysAdded {
      built = List.copyOf(built);
    }
  }

  /** Rows of the error queue were tried again or left out. */
  record ErrorsResolved(
      MigrationId migrationId, TaskId taskId, int attempt, String agent, List<TableErrors> tables)
      implements Report {
    public ErrorsResolved {
      tables = List.copyOf(tables);
    }
  }

  /** Sequences, views and comments are there. */
  record TargetFinished(
      MigrationId migrationId, TaskId taskId, int attempt, String agent, List<String> built)
      implements Report {
    public TargetFinished {
      built = List.copyOf(built);
    }
  }

  /** A table is as it was before. */
  record TableRolledBack(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      String table,
      int tableIndex,
      int epoch,
      List<String> left)
      implements Report {
    public TableRolledBack {
      left = List.copyOf(left);
    }
  }

  /** What was made for the migration is gone. */
  record TargetRolledBack(
      MigrationId migrationId, TaskId taskId, int attempt, String agent, List<String> left)
      implements Report {
    public TargetRolledBack {
      left = List.copyOf(left);
    }
  }

  /** The ledger is gone from the target. */
  record TargetReleased(MigrationId migrationId, TaskId taskId, int attempt, String agent)
      implements Report {}

  /** A table was read on both sides. */
  record TableValidated(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      String table,
      int tableIndex,
      int epoch,
      CheckOutcome outcome,
      TableEvidence evidence)
      implements Report {}

  /** Keys and sequences were checked. */
  record ReferencesValidated(
      MigrationId migrationId, TaskId taskId, int attempt, String agent, PerspectiveResult result)
      implements Report {}

  /** The ledger was held against the journal. */
  record LedgerReconciled(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      long chunks,
      long rows,
      String digest,
      List<String> discrepancies)
      implements Report {
    public LedgerReconciled {
      discrepancies = List.copyOf(discrepancies);
    }
  }

  /** The target's catalog was held against the plan. */
  record StructureValidated(
      MigrationId migrationId, TaskId taskId, int attempt, String agent, PerspectiveResult result)
      implements Report {}

  /** The certificate is signed. */
  record CertificateIssued(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String agent,
      Verdict verdict,
      String certificate,
      String keyId)
      implements Report {}
}
