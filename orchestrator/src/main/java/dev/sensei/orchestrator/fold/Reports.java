package dev.sensei.orchestrator.fold;

import java.util.Optional;

/** What agents answer: held against the open task first, then folded in by phase. */
final class Reports {
  private Reports() {}

  static Decision decide(Draft draft, Report report) {
    MigrationState m = draft.migration();
    if (Lifecycle.ended(m.state())) {
      return new Decision.Dropped(Outcome.MIGRATION_ENDED, "the migration is " + m.state());
    }
    Optional<TaskKey> parsed = TaskKey.parse(m.migrationId(), report.taskId());
    if (parsed.isEmpty()) {
      return new Decision.Dropped(
          Outcome.NOT_OUTSTANDING, "not a task of this migration: " + report.taskId());
    }
    TaskKey key = parsed.get();
    if (!answers(report, key)) {
      return new Decision.Dropped(
          Outcome.WRONG_KIND,
          "%s does not answer %s".formatted(report.getClass().getSimpleName(), report.taskId()));
    }
    if (key.tableIndex() >= 0 && draft.optionalTable().isEmpty()) {
      return new Decision.Dropped(Outcome.UNKNOWN_TABLE, "no table " + key.tableIndex());
    }
    Optional<GroupMember> member =
        Groups.of(key.kind()) ? Groups.memberOf(report) : Optional.empty();
    if (member.isPresent() && draft.optionalTable().isEmpty()) {
      return new Decision.Dropped(Outcome.UNKNOWN_TABLE, "no table " + member.get().tableIndex());
    }
    Optional<OpenTask> open = OpenTasks.find(draft.tasks(key), report.taskId());
    if (open.isEmpty()) {
      return notOpen(draft, key);
    }
    if (member.isPresent() && !open.get().members().contains(member.get())) {
      return new Decision.Dropped(
          Outcome.DUPLICATE,
          "table %d of %s has its result, or goes on by itself"
              .formatted(member.get().tableIndex(), report.taskId()));
    }
    if (m.drain() != Drain.NONE && !draft.mayIssue(key.kind())) {
      return new Decision.Dropped(
          Outcome.DRAINING, "everything is rolled back: " + m.drainReason());
    }
    if (Validation.superseded(m, key)) {
      return Validation.supersededRound(m, key);
    }
    return answer(draft, key, open.get(), report);
  }

  /** Whether the report is one that the kind of task has. */
  private static boolean answers(Report report, TaskKey key) {
    TaskKind kind = key.kind();
    return switch (report) {
      case Report.TaskHeartbeat _, Report.TaskFailed _, Report.TaskReleased _ -> true;
      case Report.TableDescribed _, Report.CatalogDescribed _, Report.AnalysisCompleted _ ->
          kind == TaskKind.ANALYZE_DATABASES;
      case Report.TablePlanned _, Report.PlanCompleted _ -> kind == TaskKind.PLAN_MIGRATION;
      case Report.SnapshotExported _, Report.SnapshotReleased _ -> kind == TaskKind.KEEP_SNAPSHOT;
      case Report.TargetPrepared _ -> kind == TaskKind.PREPARE_TARGET;
      case Report.TablePrepared _ -> kind == TaskKind.PREPARE_TABLE;
      case Report.ChunkCopied r ->
          kind == TaskKind.COPY_CHUNK && r.evidence().chunk() == key.chunk();
      case Report.TableChecked _ -> kind == TaskKind.CHECK_TABLE;
      case Report.TableCompleted _ -> kind == TaskKind.COMPLETE_TABLE;
      case Report.GroupTableMoved _ -> kind == TaskKind.MOVE_GROUP;
      case Report.ForeignKeysAdded _ ->
          kind == TaskKind.ADD_FOREIGN_KEYS || kind == TaskKind.ADD_GROUP_FOREIGN_KEYS;
      case Report.ErrorsResolved _ -> kind == TaskKind.RESOLVE_ERRORS;
      case Report.TargetFinished _ -> kind == TaskKind.FINISH_TARGET;
      case Report.TableRolledBack _ -> kind == TaskKind.ROLL_BACK_TABLE;
      case Report.TargetRolledBack _ -> kind == TaskKind.ROLL_BACK_TARGET;
      case Report.TargetReleased _ -> kind == TaskKind.RELEASE_TARGET;
      case Report.TableValidated _ ->
          kind == TaskKind.VALIDATE_TABLE || kind == TaskKind.VALIDATE_GROUP;
      case Report.ReferencesValidated _ -> kind == TaskKind.VALIDATE_REFERENCES;
      case Report.LedgerReconciled _ -> kind == TaskKind.RECONCILE_LEDGER;
      case Report.StructureValidated _ -> kind == TaskKind.VALIDATE_STRUCTURE;
      case Report.CertificateIssued _ -> kind == TaskKind.CERTIFY_MIGRATION;
    };
  }

  private static Decision notOpen(Draft draft, TaskKey key) {
    if (key.tableIndex() >= 0) {
      TableState table = draft.table();
      if (key.epoch() < table.epoch()) {
        return new Decision.Dropped(
            Outcome.SUPERSEDED_EPOCH,
            "epoch %d, the table is at %d".formatted(key.epoch(), table.epoch()));
      }
      return Validation.superseded(draft.migration(), key)
          ? Validation.supersededRound(draft.migration(), key)
          : new Decision.Dropped(
              Outcome.DUPLICATE, "%s has its result".formatted(key.id(draft.id())));
    }
    Outcome outcome =
        switch (key.kind()) {
          case ANALYZE_DATABASES -> Outcome.STALE_ANALYSIS;
          case PLAN_MIGRATION -> Outcome.STALE_PLAN;
          case UNKNOWN,
              KEEP_SNAPSHOT,
              PREPARE_TARGET,
              PREPARE_TABLE,
              COPY_CHUNK,
              CHECK_TABLE,
              COMPLETE_TABLE,
              ADD_FOREIGN_KEYS,
              FINISH_TARGET,
              ROLL_BACK_TABLE,
              ROLL_BACK_TARGET,
              RELEASE_TARGET,
              VALIDATE_TABLE,
              VALIDATE_REFERENCES,
              RECONCILE_LEDGER,
              VALIDATE_STRUCTURE,
              CERTIFY_MIGRATION,
              MOVE_GROUP,
              ADD_GROUP_FOREIGN_KEYS,
              VALIDATE_GROUP,
              RESOLVE_ERRORS ->
              Outcome.NOT_OUTSTANDING;
        };
    return new Decision.Dropped(outcome, "not open: " + key.id(draft.id()));
  }

  private static Decision answer(Draft draft, TaskKey key, OpenTask open, Report report) {
    if (report.attempt() > open.attempt()) {
      return new Decision.Dropped(
          Outcome.NOT_OUTSTANDING,
          "attempt %d, issued up to %d".formatted(report.attempt(), open.attempt()));
    }
    boolean late = report.attempt() < open.attempt();
    if (late && ofLiveAttemptOnly(report)) {
      return superseded(key, open, report);
    }
    return switch (report) {
      case Report.TaskHeartbeat _ -> Timers.heartbeat(draft, open);
      case Report.TaskFailed r -> Failures.failed(draft, key, open, r.failure());
      case Report.TaskReleased r -> Failures.released(draft, key, open, r.reason());
      case Report.SnapshotReleased _ -> Failures.released(draft, key, open, "its keeper let it go");
      case Report.SnapshotExported r -> Execution.snapshotExported(draft, open, r);
      case Report.TableDescribed r -> {
        Analysis.described(draft, r);
        yield draft.accepted();
      }
      case Report.CatalogDescribed r -> {
        Analysis.described(draft, r);
        yield draft.accepted();
      }
      case Report.TablePlanned r -> {
        Analysis.planned(draft, r);
        yield draft.accepted();
      }
      case Report.AnalysisCompleted _,
          Report.PlanCompleted _,
          Report.TargetPrepared _,
          Report.TablePrepared _,
          Report.GroupTableMoved _,
          Report.ChunkCopied _,
          Report.TableChecked _,
          Report.TableCompleted _,
          Report.ForeignKeysAdded _,
          Report.ErrorsResolved _,
          Report.TargetFinished _,
          Report.TableRolledBack _,
          Report.TargetRolledBack _,
          Report.TargetReleased _,
          Report.TableValidated _,
          Report.ReferencesValidated _,
          Report.LedgerReconciled _,
          Report.StructureValidated _,
          Report.CertificateIssued _ -> {
        if (!Groups.of(key.kind())) {
          draft.effect(new Effect.ClearTimer(report.taskId()));
        }
        complete(draft, report);
        Groups.close(draft);
        yield draft.accepted(late ? Outcome.LATE_ATTEMPT_ACCEPTED : Outcome.ACCEPTED);
      }
    };
  }

  /**
   * Whether the report of an attempt that was given up says nothing about the task any more. What
   * an older attempt described or planned is not what the live one will have, and a snapshot that
   * an older keeper holds may go with it.
   */
  private static boolean ofLiveAttemptOnly(Report report) {
    return switch (report) {
      case Report.TaskHeartbeat _,
          Report.TaskFailed _,
          Report.TaskReleased _,
          Report.TableDescribed _,
          Report.CatalogDescribed _,
          Report.AnalysisCompleted _,
          Report.TablePlanned _,
          Report.PlanCompleted _,
          Report.SnapshotExported _,
          Report.SnapshotReleased _ ->
          true;
      case Report.TargetPrepared _,
          Report.TablePrepared _,
          Report.GroupTableMoved _,
          Report.ChunkCopied _,
          Report.TableChecked _,
          Report.TableCompleted _,
          Report.ForeignKeysAdded _,
          Report.ErrorsResolved _,
          Report.TargetFinished _,
          Report.TableRolledBack _,
          Report.TargetRolledBack _,
          Report.TargetReleased _,
          Report.TableValidated _,
          Report.ReferencesValidated _,
          Report.LedgerReconciled _,
          Report.StructureValidated _,
          Report.CertificateIssued _ ->
          false;
    };
  }

  private static Decision superseded(TaskKey key, OpenTask open, Report report) {
    Outcome outcome = Outcome.SUPERSEDED_ATTEMPT;
    if (key.kind() == TaskKind.ANALYZE_DATABASES) {
      outcome = Outcome.STALE_ANALYSIS;
    } else if (key.kind() == TaskKind.PLAN_MIGRATION) {
      outcome = Outcome.STALE_PLAN;
    }
    return new Decision.Dropped(
        outcome,
        "attempt %d of %s, the live one is %d"
            .formatted(report.attempt(), report.taskId(), open.attempt()));
  }

  private static void complete(Draft draft, Report report) {
    switch (report) {
      case Report.AnalysisCompleted r -> Analysis.completed(draft, r);
      case Report.PlanCompleted r -> Analysis.completed(draft, r);
      case Report.TargetPrepared r -> Execution.targetPrepared(draft, r);
      case Report.TablePrepared r -> TableRun.prepared(draft, r);
      case Report.GroupTableMoved r -> TableRun.movedInGroup(draft, r);
      case Report.ChunkCopied r -> TableRun.chunkCopied(draft, r);
      case Report.TableChecked r -> TableRun.checked(draft, r);
      case Report.TableCompleted r -> TableRun.completed(draft, r);
      case Report.ForeignKeysAdded r -> TableRun.foreignKeysAdded(draft, r);
      case Report.ErrorsResolved r -> Errors.resolved(draft, r);
      case Report.TargetFinished r -> Execution.targetFinished(draft, r);
      case Report.TableRolledBack r -> TableRun.rolledBack(draft, r);
      case Report.TargetRolledBack r -> Cancellation.targetRolledBack(draft, r);
      case Report.TargetReleased _ -> Validation.targetReleased(draft);
      case Report.TableValidated r -> Validation.validated(draft, r);
      case Report.ReferencesValidated r -> Validation.referencesValidated(draft, r);
      case Report.LedgerReconciled r -> Validation.ledgerReconciled(draft, r);
      case Report.StructureValidated r -> Validation.structureValidated(draft, r);
      case Report.CertificateIssued r ->
          draft.emit(
              new Event.CertificateIssued(draft.id(), r.verdict(), r.certificate(), r.keyId()));
      case Report.TaskHeartbeat _,
          Report.TaskFailed _,
          Report.TaskReleased _,
          Report.TableDescribed _,
          Report.CatalogDescribed _,
          Report.TablePlanned _,
          Report.SnapshotExported _,
          Report.SnapshotReleased _ ->
          throw new IllegalStateException("completes no task: " + report.getClass());
    }
  }
}
