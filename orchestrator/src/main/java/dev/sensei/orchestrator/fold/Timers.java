package dev.sensei.orchestrator.fold;

import java.util.Optional;

/** Deadlines of tasks: a sign of life moves them, their passing hands the task out again. */
final class Timers {
  private Timers() {}

  static Decision heartbeat(Draft draft, OpenTask open, Report.TaskHeartbeat r) {
    if (open.status() != OpenTaskStatus.ISSUED) {
      return new Decision.Dropped(
          Outcome.SUPERSEDED_ATTEMPT, "the task was given up, and waits: " + open.taskId());
    }
    draft.effect(
        new Effect.SetTimer(
            r.taskId(),
            r.attempt(),
            draft.now().plusMillis(draft.migration().options().taskTimeoutMillis())));
    return draft.accepted(Outcome.HEARTBEAT);
  }

  static Decision decide(Draft draft, TaskId taskId, int attempt) {
    MigrationState m = draft.migration();
    if (Lifecycle.ended(m.state())) {
      return new Decision.Dropped(Outcome.MIGRATION_ENDED, "the migration is " + m.state());
    }
    Optional<TaskKey> key = TaskKey.parse(m.migrationId(), taskId);
    Optional<OpenTask> open = key.flatMap(k -> OpenTasks.find(draft.tasks(k), taskId));
    if (key.isEmpty() || open.isEmpty()) {
      return new Decision.Dropped(Outcome.NOT_OUTSTANDING, "not open: " + taskId);
    }
    if (open.get().attempt() != attempt) {
      return new Decision.Dropped(
          Outcome.SUPERSEDED_ATTEMPT,
          "attempt %d, the live one is %d".formatted(attempt, open.get().attempt()));
    }
    if (m.drain() != Drain.NONE && !draft.mayIssue(key.get().kind())) {
      return new Decision.Dropped(
          Outcome.DRAINING, "everything is rolled back: " + m.drainReason());
    }
    return switch (open.get().status()) {
      case ISSUED -> Failures.expired(draft, key.get(), open.get());
      case DEFERRED -> {
        if (!draft.mayIssue(key.get().kind())) {
          yield new Decision.Dropped(
              Outcome.NOT_WORKING,
              "nothing is handed out now; what follows hands it out: " + taskId);
        }
        draft.issue(key.get());
        yield draft.accepted();
      }
      case WAITING, UNKNOWN ->
          new Decision.Dropped(Outcome.NOT_WORKING, "it waits to be handed out: " + taskId);
    };
  }
}
