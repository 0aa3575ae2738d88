package dev.sensei.orchestrator.fold;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A decision in the making: each event is evolved as it is added, so that what is decided next sees
 * it. Lives for one call of decide.
 */
final class Draft {
  private Slice slice;
  private final Instant now;
  private final Settings settings;
  private final List<Event> events = new ArrayList<>();
  private final List<Effect> effects = new ArrayList<>();

  Draft(Slice slice, Instant now, Settings settings) {
    this.slice = slice;
    this.now = now;
    this.settings = settings;
  }

  MigrationState migration() {
    return slice.migration().orElseThrow(() -> new IllegalStateException("no migration"));
  }

  MigrationId id() {
    return migration().migrationId();
  }

  TableState table() {
    return slice.table().orElseThrow(() -> new IllegalStateException("the step has no table"));
  }

  Optional<TableState> optionalTable() {
    return slice.table();
  }

  Instant now() {
    return now;
  }

  Settings settings() {
    return settings;
  }

  void emit(Event event) {
    slice = Evolve.evolve(slice, event);
    events.add(event);
  }

  void effect(Effect effect) {
    effects.add(effect);
  }

  void proceed(Cursor cursor) {
    effects.add(new Effect.Continue(cursor));
  }

  /** Whether tasks of phases may be handed out now. */
  boolean working() {
    return working(migration());
  }

  static boolean working(MigrationState migration) {
    return migration.drain() == Drain.NONE
        && switch (migration.state()) {
          case ANALYZING, PLANNING, RUNNING, VALIDATING -> true;
          case UNKNOWN,
              CREATED,
              AWAITING_APPROVAL,
              APPROVED,
              PAUSED,
              COMPLETED,
              CERTIFIED,
              FAILED,
              CANCELLED ->
              false;
        };
  }

  /** The open tasks among which a task of this key is. */
  List<OpenTask> tasks(TaskKey key) {
    return key.tableIndex() < 0
        ? migration().tasks()
        : optionalTable().map(TableState::tasks).orElse(List.of());
  }

  /** Hands a task out: its next attempt where it is open, its first where it is not. */
  void issue(TaskKey key) {
    issue(key, OpenTasks.find(tasks(key), key.id(id())).map(OpenTask::members).orElseGet(List::of));
  }

  /** The same for a task that has to do with several tables. */
  void issue(TaskKey key, List<GroupMember> members) {
    TaskId task = key.id(id());
    int attempt = OpenTasks.find(tasks(key), task).map(open -> open.attempt() + 1).orElse(1);
    emit(
        new Event.TaskIssued(
            id(), task, attempt, key.kind(), key.tableIndex(), key.chunk(), key.epoch(), members));
  }

  /** Hands out a task that belongs to no table, unless one of its kind is open. */
  void issueOnce(TaskKind kind) {
    if (!OpenTasks.has(migration().tasks(), kind)) {
      issue(TaskKey.of(kind, migration().round()));
    }
  }

  /** Hands an open task out again. */
  void reissue(OpenTask open) {
    issue(
        TaskKey.parse(id(), open.taskId())
            .orElseThrow(() -> new IllegalStateException("not a task id: " + open.taskId())));
  }

  /** Whether a task may be handed out now: agents that read need a snapshot. */
  boolean mayIssue(TaskKind kind) {
    if (migration().drain() != Drain.NONE) {
      return kind == TaskKind.ROLL_BACK_TARGET
          || (kind == TaskKind.ROLL_BACK_TABLE && table().draining());
    }
    if (kind == TaskKind.RESOLVE_ERRORS) {
      return migration().resolution().isPresent()
          && (migration().state() == LifecycleState.COMPLETED
              || Errors.waitsForParents(migration()));
    }
    return working() && (migration().snapshotAlive() || !OpenTasks.readsSnapshot(kind));
  }

  /** Whether a sweep has to hand an open task out again. */
  boolean stale(OpenTask open) {
    return open.status() != OpenTaskStatus.ISSUED
        || (OpenTasks.readsSnapshot(open.kind()) && open.snapshot() < migration().snapshot());
  }

  void fail(LifecycleState phase, Failure failure) {
    emit(new Event.MigrationFailed(id(), phase, failure));
  }

  /** Accepted where something happened or follows, else dropped as nothing to do. */
  Decision acceptedUnlessIdle(String reason) {
    return events.isEmpty() && effects.isEmpty()
        ? new Decision.Dropped(Outcome.NOTHING_TO_DO, reason)
        : accepted();
  }

  Decision accepted() {
    return accepted(Outcome.ACCEPTED);
  }

  Decision accepted(Outcome outcome) {
    return new Decision.Accepted(outcome, events, effects);
  }
}
