package dev.sensei.orchestrator.fold;

/** Makes the task that an issuing asks for, from the state after it. */
final class TaskFactory {
  private TaskFactory() {}

  static Task task(Settings settings, Slice after, Event.TaskIssued e) {
    MigrationState m =
        after.migration().orElseThrow(() -> new IllegalStateException("no migration"));
    String snapshotId = m.snapshotEvidence().map(SnapshotEvidence::snapshotId).orElse("");
    MigrationId id = m.migrationId();
    TaskId taskId = e.taskId();
    int attempt = e.attempt();
    return switch (e.kind()) {
      case ANALYZE_DATABASES ->
          new Task.AnalyzeDatabases(
              id, taskId, attempt, m.analysis(), m.source(), m.target(), m.options());
      case KEEP_SNAPSHOT ->
          new Task.KeepSnapshot(
              id, taskId, attempt, m.source(), m.planDigest(), m.catalogDigest(), m.options());
      case PLAN_MIGRATION ->
          new Task.PlanMigration(
              id,
              taskId,
              attempt,
              m.plan(),
              m.analysis(),
              m.analysisAttempt(),
              m.source(),
              m.target(),
              m.options());
      case PREPARE_TARGET ->
          new Task.PrepareTarget(
              id, taskId, attempt, m.source(), m.target(), m.planDigest(), settings.installation());
      case PREPARE_TABLE ->
          new Task.PrepareTable(
              id,
              taskId,
              attempt,
              table(after).table(),
              e.tableIndex(),
              e.epoch(),
              m.source(),
              m.target(),
              m.planDigest(),
              m.options(),
              settings.installation(),
              m.snapshot(),
              snapshotId);
      case COPY_CHUNK ->
          new Task.CopyChunk(
              id,
              taskId,
              attempt,
              table(after).table(),
              e.tableIndex(),
              e.epoch(),
              e.chunk(),
              m.source(),
              m.target(),
              m.planDigest(),
              m.snapshot(),
              snapshotId,
              m.options().batchRows());
      case MOVE_GROUP ->
          new Task.MoveGroup(
              id,
              taskId,
              attempt,
              e.members(),
              m.source(),
              m.target(),
              m.planDigest(),
              settings.installation(),
              m.snapshot(),
              snapshotId,
              m.options().batchRows());
      case ADD_GROUP_FOREIGN_KEYS ->
          new Task.AddGroupForeignKeys(
              id, taskId, attempt, e.members(), m.source(), m.target(), m.planDigest());
      case VALIDATE_GROUP ->
          new Task.ValidateGroup(
              id,
              taskId,
              attempt,
              e.members(),
              m.source(),
              m.target(),
              m.planDigest(),
              m.snapshot(),
              snapshotId);
      case CHECK_TABLE ->
          new Task.CheckTable(
              id,
              taskId,
              attempt,
              table(after).table(),
              e.tableIndex(),
              e.epoch(),
              table(after).chunks(),
              m.source(),
              m.target(),
              m.planDigest());
      case COMPLETE_TABLE ->
          new Task.CompleteTable(
              id,
              taskId,
              attempt,
              table(after).table(),
              e.tableIndex(),
              e.epoch(),
              m.source(),
              m.target(),
              m.planDigest());
      case ADD_FOREIGN_KEYS ->
          new Task.AddForeignKeys(
              id,
              taskId,
              attempt,
              table(after).table(),
              e.tableIndex(),
              e.epoch(),
              m.source(),
              m.target(),
              m.planDigest());
      case RESOLVE_ERRORS ->
          new Task.ResolveErrors(
              id,
              taskId,
              attempt,
              m.source(),
              m.target(),
              m.planDigest(),
              m.resolution()
                  .orElseThrow(() -> new IllegalStateException("nothing was decided: " + taskId)),
              m.snapshot(),
              snapshotId,
              m.highestEpoch());
      case FINISH_TARGET ->
          new Task.FinishTarget(
              id,
              taskId,
              attempt,
              m.source(),
              m.target(),
              m.planDigest(),
              m.snapshot(),
              snapshotId);
      case ROLL_BACK_TABLE ->
          new Task.RollBackTable(
              id,
              taskId,
              attempt,
              table(after).table(),
              e.tableIndex(),
              e.epoch(),
              m.source(),
              m.target(),
              m.planDigest());
      case ROLL_BACK_TARGET ->
          new Task.RollBackTarget(id, taskId, attempt, m.source(), m.target(), m.planDigest());
      case RELEASE_TARGET ->
          new Task.ReleaseTarget(id, taskId, attempt, m.source(), m.target(), m.planDigest());
      case VALIDATE_TABLE ->
          new Task.ValidateTable(
              id,
              taskId,
              attempt,
              table(after).table(),
              e.tableIndex(),
              e.epoch(),
              m.source(),
              m.target(),
              m.planDigest(),
              m.snapshot(),
              snapshotId);
      case VALIDATE_REFERENCES ->
          new Task.ValidateReferences(
              id,
              taskId,
              attempt,
              m.source(),
              m.target(),
              m.planDigest(),
              m.snapshot(),
              snapshotId);
      case RECONCILE_LEDGER ->
          new Task.ReconcileLedger(id, taskId, attempt, m.target(), m.planDigest());
      case VALIDATE_STRUCTURE ->
          new Task.ValidateStructure(
              id,
              taskId,
              attempt,
              m.source(),
              m.target(),
              m.planDigest(),
              m.snapshot(),
              snapshotId);
      case CERTIFY_MIGRATION ->
          new Task.CertifyMigration(
              id,
              taskId,
              attempt,
              m.source(),
              m.target(),
              m.planDigest(),
              settings.installation(),
              m.sequence(),
              "");
      case UNKNOWN -> throw new IllegalStateException("a task of no known kind: " + taskId);
    };
  }

  private static TableState table(Slice slice) {
    return slice.table().orElseThrow(() -> new IllegalStateException("the step has no table"));
  }
}
