package dev.sensei.orchestrator.fold;

import java.util.Optional;

/** Deadlines of tasks: a sign of life moves them, their passing hands the task out again. */
final class Timers {
  private Timers() {}

  static Decision heartbeat(Draft draft, OpenTask open) {
    if (open.status() != OpenTaskStatus.ISSUED) {
      return new Decision.Dropped(
          Outcome.SUPERSEDED_ATTEMPT, "the task was given up, and waits: " + open.taskId());
    }
    setAnew(draft, open, Silence.TAKEN);
    return draft.accepted(Outcome.HEARTBEAT);
  }

  private static void setAnew(Draft draft, OpenTask open, Silence silence) {
    draft.effect(
        new Effect.SetTimer(
            open.taskId(),
            open.attempt(),
            draft.now().plusMillis(draft.migration().options().taskTimeoutMillis()),
            silence));
  }

  static Decision decide(Draft draft, Input.TimerFired fired) {
    TaskId taskId = fired.taskId();
    int attempt = fired.attempt();
    MigrationState m = draft.migration();
    if (Lifecycle.ended(m.state())) {
      return new Decision.Dropped(Outcome.MIGRATION_ENDED, "the migration is " + m.state());
    }
    Optional<TaskKey> key = TaskKey.parse(m.migrationId(), taskId);
    Optional<OpenTask> open = key.flatMap(k -> OpenTasks.find(draft.tasks(k), taskId));
    if (key.isEmpty() || open.isEmpty()) {
      return new Decision.Dropped(Outcome.NOT_OUTSTANDING, "not open: " + taskId);
    }
    if (Validation.superseded(m, key.get())) {
      return Validation.supersededRound(m, key.get());
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
      case ISSUED -> issued(draft, key.get(), open.get(), fired);
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

  private static Decision issued(Draft draft, TaskKey key, OpenTask open, Input.TimerFired fired) {
    long timeout = draft.migration().options().taskTimeoutMillis();
    if (fired.now().isAfter(fired.due().plusMillis(timeout))) {
      setAnew(draft, open, fired.silence());
      return draft.accepted(Outcome.OVERDUE);
    }
    if (taken(draft.migration(), key, fired.silence())) {
      return Failures.expired(draft, key, open);
    }
    Silence silence = fired.silence().longer();
    if (silence.timeouts() < draft.settings().queuedTimeouts()) {
      setAnew(draft, open, silence);
      return draft.accepted(Outcome.STILL_QUEUED);
    }
    return Failures.released(
        draft,
        key,
        open,
        "no agent took it for %d timeouts; taken for lost".formatted(silence.timeouts()));
  }

  /** The snapshot that a keeper exported is a sign of life by itself. */
  private static boolean taken(MigrationState migration, TaskKey key, Silence silence) {
    return silence.taken() || (key.kind() == TaskKind.KEEP_SNAPSHOT && migration.snapshotAlive());
  }
}
