package dev.sensei.orchestrator.fold;

/** Attempts that failed, expired or were given back: tried again, or final and its consequences. */
final class Failures {
  private Failures() {}

  static Decision failed(Draft draft, TaskKey key, OpenTask open, Failure failure) {
    if (open.status() != OpenTaskStatus.ISSUED) {
      return new Decision.Dropped(Outcome.DUPLICATE, "given up already: " + open.taskId());
    }
    boolean keeper = key.kind() == TaskKind.KEEP_SNAPSHOT;
    if (draft.migration().state() == LifecycleState.FAILED
        && draft.migration().drain() == Drain.NONE
        && !keeper) {
      return new Decision.Dropped(
          Outcome.NOT_WORKING, "the migration is failed; retry hands the task out again");
    }
    if (keeper) {
      Execution.snapshotLost(draft, failure.code());
    }
    if (failure.failureClass() == FailureClass.SNAPSHOT_LOST
        && OpenTasks.readsSnapshot(key.kind())) {
      lost(draft, key, open, failure);
    } else if (retryable(failure.failureClass())
        && open.failures() + 1 < draft.migration().options().maxTaskAttempts()) {
      draft.emit(
          new Event.TaskDeferred(
              draft.id(),
              open.taskId(),
              open.attempt(),
              key.kind(),
              key.tableIndex(),
              key.chunk(),
              draft.now().plus(draft.settings().backOff(open.taskId(), open.failures() + 1)),
              failure));
    } else if (Groups.of(key.kind()) && !draft.mayIssue(key.kind())) {
      giveBack(draft, key, open, "its tables can go on by themselves once the migration does");
    } else {
      finalFailure(draft, key, open, failure);
    }
    return draft.accepted();
  }

  /** A task could not read under the snapshot: it waits for the next one, or has it already. */
  private static void lost(Draft draft, TaskKey key, OpenTask open, Failure failure) {
    if (open.snapshot() == draft.migration().snapshot()) {
      Execution.snapshotLost(draft, failure.code());
    }
    giveBack(draft, key, open, "the snapshot is lost");
    if (draft.mayIssue(key.kind())) {
      draft.issue(key);
    } else {
      askForSnapshot(draft);
    }
  }

  private static void askForSnapshot(Draft draft) {
    MigrationState m = draft.migration();
    if (!draft.working() || m.snapshotAlive()) {
      return;
    }
    OpenTasks.find(m.tasks(), TaskKind.KEEP_SNAPSHOT)
        .filter(keeper -> keeper.snapshot() < m.snapshot())
        .ifPresentOrElse(draft::reissue, () -> Execution.keepSnapshot(draft));
  }

  private static boolean retryable(FailureClass failureClass) {
    return switch (failureClass) {
      case TRANSIENT, RESOURCE, UNKNOWN, INTERNAL, SNAPSHOT_LOST, SUPERSEDED -> true;
      case DATA, SCHEMA, PERMISSION, CONFIGURATION -> false;
    };
  }

  static Decision released(Draft draft, TaskKey key, OpenTask open, String reason) {
    if (open.status() != OpenTaskStatus.ISSUED) {
      return new Decision.Dropped(Outcome.DUPLICATE, "given back already: " + open.taskId());
    }
    if (key.kind() == TaskKind.KEEP_SNAPSHOT) {
      Execution.snapshotLost(draft, reason);
    }
    giveBack(draft, key, open, reason);
    if (draft.mayIssue(key.kind())) {
      draft.issue(key);
    }
    return draft.accepted();
  }

  private static void giveBack(Draft draft, TaskKey key, OpenTask open, String reason) {
    draft.emit(
        new Event.TaskReleased(
            draft.id(),
            open.taskId(),
            open.attempt(),
            key.kind(),
            key.tableIndex(),
            key.chunk(),
            reason));
  }

  static Decision expired(Draft draft, TaskKey key, OpenTask open) {
    MigrationState m = draft.migration();
    boolean keeper = key.kind() == TaskKind.KEEP_SNAPSHOT;
    if (m.state() == LifecycleState.FAILED && m.drain() == Drain.NONE && !keeper) {
      return new Decision.Dropped(
          Outcome.NOT_WORKING, "the migration is failed; retry hands the task out again");
    }
    if (keeper) {
      Execution.snapshotLost(draft, "its keeper gave no sign of life");
    }
    if (!draft.mayIssue(key.kind())) {
      giveBack(draft, key, open, "no sign of life while nothing is handed out");
      return draft.accepted();
    }
    draft.emit(
        new Event.TaskExpired(
            draft.id(), open.taskId(), open.attempt(), key.kind(), key.tableIndex(), key.chunk()));
    if (open.failures() + 1 < m.options().maxTaskAttempts()) {
      draft.issue(key);
    } else {
      finalFailure(
          draft,
          key,
          open,
          new Failure(
              FailureClass.RESOURCE,
              "TASK_EXPIRED",
              "task %s is poison: %d attempts ended without a result, the last without a sign of life for %d ms"
                  .formatted(open.taskId(), open.failures() + 1, m.options().taskTimeoutMillis()),
              open.taskId().value()));
    }
    return draft.accepted();
  }

  private static void finalFailure(Draft draft, TaskKey key, OpenTask open, Failure failure) {
    draft.emit(
        new Event.TaskFailed(
            draft.id(),
            open.taskId(),
            open.attempt(),
            key.kind(),
            key.tableIndex(),
            key.chunk(),
            failure));
    switch (key.kind()) {
      case ANALYZE_DATABASES -> draft.fail(LifecycleState.ANALYZING, failure);
      case PLAN_MIGRATION -> draft.fail(LifecycleState.PLANNING, failure);
      case KEEP_SNAPSHOT -> keeperFailed(draft, failure);
      case PREPARE_TARGET, FINISH_TARGET -> draft.fail(LifecycleState.RUNNING, failure);
      case VALIDATE_REFERENCES,
          RECONCILE_LEDGER,
          RELEASE_TARGET,
          VALIDATE_STRUCTURE,
          CERTIFY_MIGRATION ->
          draft.fail(LifecycleState.VALIDATING, failure);
      case ROLL_BACK_TARGET ->
          Cancellation.incomplete(draft, failure.code() + ": " + failure.message());
      case PREPARE_TABLE,
          COPY_CHUNK,
          CHECK_TABLE,
          COMPLETE_TABLE,
          ADD_FOREIGN_KEYS,
          ROLL_BACK_TABLE,
          VALIDATE_TABLE ->
          TableRun.failed(draft, key.kind(), failure);
      // The rows stay in the queue, and the migration where it was.
      case RESOLVE_ERRORS -> Errors.proceedIfSettled(draft, draft.migration().acceptedBy());
      case MOVE_GROUP, ADD_GROUP_FOREIGN_KEYS, VALIDATE_GROUP -> Groups.dissolve(draft, open);
      case UNKNOWN -> throw new IllegalStateException("a task of no known kind");
    }
  }

  /** While the migration is failed already, or waits after its execution, nothing more fails. */
  private static void keeperFailed(Draft draft, Failure failure) {
    switch (draft.migration().state()) {
      case RUNNING, PAUSED -> draft.fail(LifecycleState.RUNNING, failure);
      case VALIDATING -> draft.fail(LifecycleState.VALIDATING, failure);
      case UNKNOWN,
          CREATED,
          ANALYZING,
          PLANNING,
          AWAITING_APPROVAL,
          APPROVED,
          COMPLETED,
          CERTIFIED,
          FAILED,
          CANCELLED -> {}
    }
  }
}
