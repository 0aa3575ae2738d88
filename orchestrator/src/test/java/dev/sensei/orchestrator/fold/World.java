package dev.sensei.orchestrator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a topology does around the fold, in memory: it keeps state, journal, timers and tasks, and
 * after every step holds the state against one replayed from the journal alone.
 */
final class World {
  static final MigrationId ID = new MigrationId("m-1");
  private static final int MOST_CONTINUATIONS = 100_000;
  private static final Set<TableRunState> IN_WORK =
      EnumSet.of(
          TableRunState.PREPARING,
          TableRunState.VALIDATING_PRE,
          TableRunState.MIGRATING,
          TableRunState.VALIDATING_POST,
          TableRunState.COMPLETING,
          TableRunState.ROLLING_BACK);

  record Timer(TaskId taskId, int attempt, Instant at, Silence silence) {}

  final List<Event> journal = new ArrayList<>();
  final List<Task> issued = new ArrayList<>();
  final Deque<Task> pending = new ArrayDeque<>();
  final Map<TaskId, Timer> timers = new LinkedHashMap<>();
  final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  final Map<Integer, TableState> tables = new TreeMap<>();
  Optional<MigrationState> migration = Optional.empty();
  Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private final Fold fold = new Fold(Settings.ofInstallation("test"));
  private final Map<Integer, TableState> replayedTables = new HashMap<>();
  private Optional<MigrationState> replayed = Optional.empty();
  private long inputs;

  /** One whose plan is approved, and whose agents have done nothing since. */
  static World running(Agents agents) {
    World world = new World();
    world.command(Asked.create());
    world.command(Asked.start());
    world.work(agents);
    world.command(Asked.approve());
    return world;
  }

  MigrationState header() {
    return migration.orElseThrow();
  }

  LifecycleState state() {
    return header().state();
  }

  TableState table(int index) {
    return Optional.ofNullable(tables.get(index)).orElseThrow();
  }

  StepResult command(Command command) {
    return offer(new Input.CommandReceived(command, now, id()));
  }

  StepResult report(Report report) {
    return offer(new Input.ReportReceived(report, now, id()));
  }

  Timer timer(Task task) {
    return Optional.ofNullable(timers.get(task.taskId())).orElseThrow();
  }

  /** Fires the timer that is due first, moving the clock there. */
  StepResult fire(Timer timer) {
    timers.remove(timer.taskId());
    now = timer.at().isAfter(now) ? timer.at() : now;
    return offer(
        new Input.TimerFired(
            ID, timer.taskId(), timer.attempt(), timer.at(), timer.silence(), now, id()));
  }

  /** An agent takes the latest attempt of the task, gives one sign of life, and is gone. */
  StepResult lose(Task task) {
    report(new Report.TaskHeartbeat(ID, task.taskId(), timer(task).attempt(), Agents.WHO));
    return fire(timer(task));
  }

  private String id() {
    return "input-" + ++inputs;
  }

  private StepResult offer(Input input) {
    StepResult first = step(input);
    Deque<Cursor> queue = new ArrayDeque<>();
    first.effects().forEach(effect -> carryOut(effect, queue));
    int continuations = 0;
    while (!queue.isEmpty()) {
      assertThat(++continuations).as("continuations of %s", input).isLessThan(MOST_CONTINUATIONS);
      StepResult next = step(new Input.Continuation(ID, queue.removeFirst(), now, id()));
      next.effects().forEach(effect -> carryOut(effect, queue));
    }
    migration.ifPresent(header -> assertThat(header.active()).isEqualTo(inWork(header)));
    return first;
  }

  /** Tables and groups in work, counted anew; as the header has it where nothing is in work. */
  private int inWork(MigrationState header) {
    boolean counts =
        header.drain() == Drain.NONE
            && (header.state() == LifecycleState.RUNNING
                || header.state() == LifecycleState.VALIDATING);
    if (!counts) {
      return header.active();
    }
    long groups = header.tasks().stream().filter(task -> Groups.of(task.kind())).count();
    long alone =
        switch (header.stage()) {
          case TABLES ->
              plannedNow(header)
                  .filter(table -> IN_WORK.contains(table.state()))
                  .filter(table -> !Groups.holds(header, TaskKind.MOVE_GROUP, table.tableIndex()))
                  .count();
          case FOREIGN_KEYS ->
              plannedNow(header)
                  .filter(table -> OpenTasks.has(table.tasks(), TaskKind.ADD_FOREIGN_KEYS))
                  .count();
          case VALIDATING_TABLES ->
              plannedNow(header)
                  .flatMap(table -> table.tasks().stream())
                  .filter(task -> task.kind() == TaskKind.VALIDATE_TABLE)
                  .filter(
                      task ->
                          TaskKey.parse(ID, task.taskId()).orElseThrow().round() == header.round())
                  .count();
          case UNKNOWN,
              NONE,
              PREPARING,
              FINISHING,
              VALIDATING_REFERENCES,
              RECONCILING,
              RELEASING,
              VALIDATING_STRUCTURE,
              CERTIFYING ->
              header.active() - groups;
        };
    return (int) (groups + alone);
  }

  private Stream<TableState> plannedNow(MigrationState header) {
    return tables.values().stream().filter(table -> table.tableIndex() < header.tables());
  }

  private StepResult step(Input input) {
    Optional<TableState> given =
        input.table().isPresent()
            ? Optional.ofNullable(tables.get(input.table().getAsInt()))
            : Optional.empty();
    StepResult result = fold.step(new Slice(migration, given), input);
    outcomes.merge(result.outcome(), 1, Integer::sum);
    migration = result.migration();
    result.table().ifPresent(table -> tables.put(table.tableIndex(), table));
    for (Event event : result.events()) {
      journal.add(event);
      replay(event);
    }
    assertThat(replayed).isEqualTo(migration);
    result
        .table()
        .ifPresent(table -> assertThat(replayedTables.get(table.tableIndex())).isEqualTo(table));
    return result;
  }

  private void replay(Event event) {
    var index = Evolve.tableOf(event);
    Optional<TableState> table =
        index.isPresent()
            ? Optional.ofNullable(replayedTables.get(index.getAsInt()))
            : Optional.empty();
    Slice after = Evolve.evolve(new Slice(replayed, table), event);
    replayed = after.migration();
    after.table().ifPresent(t -> replayedTables.put(t.tableIndex(), t));
  }

  private void carryOut(Effect effect, Deque<Cursor> queue) {
    switch (effect) {
      case Effect.IssueTask e -> {
        issued.add(e.task());
        pending.add(e.task());
      }
      case Effect.SetTimer e ->
          timers.put(e.taskId(), new Timer(e.taskId(), e.attempt(), e.at(), e.silence()));
      case Effect.ClearTimer e -> timers.remove(e.taskId());
      case Effect.Continue e -> queue.add(e.cursor());
    }
  }

  /** Answers tasks in order, as agents that never fail, until none is left. */
  World work(Agents agents) {
    while (!pending.isEmpty()) {
      agents.answer(this, pending.removeFirst()).forEach(this::report);
    }
    return this;
  }

  /** Answers tasks in order until one of the type is next. */
  void workUntil(Agents agents, Class<? extends Task> type) {
    while (!type.isInstance(pending.getFirst())) {
      agents.answer(this, pending.removeFirst()).forEach(this::report);
    }
  }

  /** Takes the first pending task of the type away, unanswered. */
  <T extends Task> T take(Class<T> type) {
    Task found = pending.stream().filter(type::isInstance).findFirst().orElseThrow();
    pending.remove(found);
    return type.cast(found);
  }

  <T extends Event> List<T> events(Class<T> type) {
    return journal.stream().filter(type::isInstance).map(type::cast).toList();
  }

  List<TableRunState> path(int table) {
    return events(Event.TableMoved.class).stream()
        .filter(moved -> moved.tableIndex() == table)
        .map(Event.TableMoved::to)
        .toList();
  }
}
