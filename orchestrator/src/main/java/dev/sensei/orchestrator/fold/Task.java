package dev.sensei.orchestrator.fold;

import java.util.List;

/**
 * What is asked of an agent. Each record and field has its counterpart, with its documentation, in
 * {@code tasks.avdl}.
 */
public sealed interface Task {
  /** The migration it is for. */
  MigrationId migrationId();

  /** The task, the same for every attempt. */
  TaskId taskId();

  /** Which attempt, from 1. */
  int attempt();

  /** Scout: read the catalogs of source and target. */
  record AnalyzeDatabases(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      int analysis,
      DatabaseReference source,
      DatabaseReference target,
      Options options)
      implements Task {}

  /**
   * Scout: lock the tables in scope, export a snapshot and keep it until the migration has no more
   * use for it.
   */
  record KeepSnapshot(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      DatabaseReference source,
      String planDigest,
      String catalogDigest,
      Options options)
      implements Task {}

  /** Architect: make the plan from the catalogs in the journal. */
  record PlanMigration(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      int plan,
      int analysis,
      int analysisAttempt,
      DatabaseReference source,
      DatabaseReference target,
      Options options)
      implements Task {}

  /** Worker: make the ledger, and what tables need before they can be made. */
  record PrepareTarget(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest,
      String installation)
      implements Task {}

  /** Worker: claim a table at an epoch, make or check it, and divide it into chunks. */
  record PrepareTable(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String table,
      int tableIndex,
      int epoch,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest,
      Options options,
      String installation,
      int snapshot,
      String snapshotId)
      implements Task {}

  /** Worker: copy one chunk exactly once. */
  record CopyChunk(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String table,
      int tableIndex,
      int epoch,
      int chunk,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest,
      int snapshot,
      String snapshotId,
      long batchRows)
      implements Task {}

  /**
   * Worker: do all that a table needs but its foreign keys, for several small tables in one
   * transaction.
   */
  record MoveGroup(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      List<GroupMember> members,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest,
      String installation,
      int snapshot,
      String snapshotId,
      long batchRows)
      implements Task {
    public MoveGroup {
      members = List.copyOf(members);
    }
  }

  /** Worker: settle the ledger, count, and build the keys that hold the table together. */
  record CheckTable(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String table,
      int tableIndex,
      int epoch,
      int chunks,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest)
      implements Task {}

  /** Worker: build what is left of a table: indexes, statistics, comments. */
  record CompleteTable(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String table,
      int tableIndex,
      int epoch,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest)
      implements Task {}

  /** Worker: add a table's foreign keys, after every table is there. */
  record AddForeignKeys(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String table,
      int tableIndex,
      int epoch,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest)
      implements Task {}

  /** Worker: add the foreign keys of several small tables. */
  record AddGroupForeignKeys(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      List<GroupMember> members,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest)
      implements Task {
    public AddGroupForeignKeys {
      members = List.copyOf(members);
    }
  }

  /** Worker: try rows of the error queue again, or leave them out. */
  record ResolveErrors(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest,
      ErrorResolution resolution,
      int snapshot,
      String snapshotId,
      int highestEpoch)
      implements Task {}

  /** Worker: set sequences, make views and comments. */
  record FinishTarget(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest,
      int snapshot,
      String snapshotId)
      implements Task {}

  /** Worker: bring a table back to what it was, at a new epoch. */
  record RollBackTable(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String table,
      int tableIndex,
      int epoch,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest)
      implements Task {}

  /** Worker: take away what PrepareTarget and FinishTarget made, and the ledger. */
  record RollBackTarget(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest)
      implements Task {}

  /** Worker: take the ledger away, after it is reconciled. */
  record ReleaseTarget(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest)
      implements Task {}

  /** Validator: read a table on both sides. */
  record ValidateTable(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      String table,
      int tableIndex,
      int epoch,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest,
      int snapshot,
      String snapshotId)
      implements Task {}

  /** Validator: read several small tables on both sides and compare them. */
  record ValidateGroup(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      List<GroupMember> members,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest,
      int snapshot,
      String snapshotId)
      implements Task {
    public ValidateGroup {
      members = List.copyOf(members);
    }
  }

  /** Validator: resolve every foreign key in the target, and compare the sequences. */
  record ValidateReferences(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest,
      int snapshot,
      String snapshotId)
      implements Task {}

  /** Validator: hold the ledger against the journal. */
  record ReconcileLedger(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      DatabaseReference target,
      String planDigest)
      implements Task {}

  /** Validator: hold the target's catalog against the plan. */
  record ValidateStructure(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest,
      int snapshot,
      String snapshotId)
      implements Task {}

  /** Validator: assemble the evidence from the journal and sign the certificate. */
  record CertifyMigration(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      DatabaseReference source,
      DatabaseReference target,
      String planDigest,
      String installation,
      long journalSequence,
      String journalHead)
      implements Task {}
}
