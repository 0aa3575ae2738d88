package dev.sensei.orchestrator.topology;

import dev.sensei.orchestrator.fold.Cursor;
import dev.sensei.orchestrator.fold.Effect;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.Fold;
import dev.sensei.orchestrator.fold.Input;
import dev.sensei.orchestrator.fold.LifecycleState;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.MigrationState;
import dev.sensei.orchestrator.fold.Slice;
import dev.sensei.orchestrator.fold.StepResult;
import dev.sensei.orchestrator.fold.TableState;
import dev.sensei.orchestrator.fold.Task;
import dev.sensei.orchestrator.fold.TaskId;
import dev.sensei.schemas.JournalHash;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * One input and all that it causes, in memory: nothing is written before all of it is worked out,
 * so that an input that cannot be worked out leaves no trace.
 */
final class UnitOfWork {
  private final Fold fold;
  private final MigrationStores stores;
  private final Wire wire;
  private final TopologySettings settings;
  private final MigrationId migration;
  private final Instant now;

  private Optional<MigrationState> header;
  private String head;
  private final Optional<LifecycleState> stateBefore;
  private boolean changed;
  private boolean asked;
  private final Map<Integer, TableState> tables = new TreeMap<>();
  private final Deque<Cursor> cursors = new ArrayDeque<>();
  private final boolean hadWaiting;
  private String inputId;
  private int steps;

  private final List<Journalled> journal = new ArrayList<>();
  private final List<IssuedTask> tasks = new ArrayList<>();
  private final Map<TaskId, Optional<TimerStore.Timer>> timers = new LinkedHashMap<>();

  UnitOfWork(
      Fold fold,
      MigrationStores stores,
      Wire wire,
      TopologySettings settings,
      MigrationId migration,
      Instant now) {
    this.fold = fold;
    this.stores = stores;
    this.wire = wire;
    this.settings = settings;
    this.migration = migration;
    this.now = now;
    Optional<MigrationStores.Header> stored = stores.header(migration);
    header = stored.map(MigrationStores.Header::state);
    stateBefore = header.map(MigrationState::state);
    head = stored.map(MigrationStores.Header::head).orElse(JournalHash.GENESIS);
    MigrationStores.Waiting waiting = stores.waiting(migration);
    cursors.addAll(waiting.cursors());
    hadWaiting = !cursors.isEmpty();
    inputId = waiting.inputId();
    steps = waiting.steps();
  }

  /**
   * An event with its place in the chain.
   *
   * @param record the event
   * @param sequence its place
   * @param previousHash the hash of the record before
   * @param hash its own
   * @param cause the input's id
   */
  record Journalled(
      SpecificRecord record, long sequence, String previousHash, String hash, String cause) {}

  /**
   * A task to hand out.
   *
   * @param task the task
   * @param cause the input's id
   */
  record IssuedTask(Task task, String cause) {}

  /**
   * Works an input out, after whatever waits from the input before it.
   *
   * @throws IllegalStateException where it causes more steps than one input may
   */
  StepResult run(Input input) {
    proceed(Integer.MAX_VALUE);
    inputId = input.id();
    asked = input instanceof Input.CommandReceived;
    steps = 0;
    StepResult result = step(input);
    proceed(settings.stepsAtOnce());
    return result;
  }

  /** Goes on with what waits, one go. */
  void goOn() {
    proceed(settings.stepsAtOnce());
  }

  private void proceed(int atMost) {
    for (int done = 0; done < atMost && !cursors.isEmpty(); done++) {
      if (++steps > settings.stepsOfInput()) {
        throw new IllegalStateException(
            "input %s caused more than %d steps, which looks like a loop; it stands at %s"
                .formatted(inputId, settings.stepsOfInput(), cursors.peekFirst()));
      }
      var _ = step(new Input.Continuation(migration, cursors.removeFirst(), now, inputId));
    }
  }

  private StepResult step(Input input) {
    Optional<TableState> before =
        input.table().isPresent() ? table(input.table().getAsInt()) : Optional.empty();
    StepResult result = fold.step(new Slice(header, before), input);
    boolean evolved = !result.events().isEmpty();
    if (evolved) {
      changed = true;
      header = result.migration();
    }
    result
        .table()
        .filter(after -> before.filter(after::equals).isEmpty())
        .ifPresent(after -> tables.put(after.tableIndex(), after));
    long sequence = lastSequence() - result.events().size();
    for (Event event : result.events()) {
      append(event, ++sequence);
    }
    result.effects().forEach(this::carryOut);
    return result;
  }

  private Optional<TableState> table(int index) {
    TableState seen = tables.get(index);
    return seen == null ? stores.table(migration, index) : Optional.of(seen);
  }

  private void append(Event event, long sequence) {
    SpecificRecord written = wire.avro(event);
    String hash = JournalHash.of(sequence, now, head, written);
    journal.add(new Journalled(written, sequence, head, hash, inputId));
    head = hash;
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.IssueTask issue -> tasks.add(new IssuedTask(withHead(issue.task()), inputId));
      case Effect.SetTimer set ->
          timers.put(
              set.taskId(),
              Optional.of(
                  new TimerStore.Timer(
                      migration,
                      set.taskId(),
                      set.attempt(),
                      set.at().toEpochMilli(),
                      set.silence())));
      case Effect.ClearTimer clear -> timers.put(clear.taskId(), Optional.empty());
      case Effect.Continue more -> cursors.addLast(more.cursor());
    }
  }

  /** The certificate has to cover the journal up to the end of the step that asks for it. */
  private Task withHead(Task task) {
    if (!(task instanceof Task.CertifyMigration certify)) {
      return task;
    }
    if (certify.journalSequence() != lastSequence()) {
      throw new IllegalStateException(
          "expected a certificate up to record %d, found %d"
              .formatted(lastSequence(), certify.journalSequence()));
    }
    return new Task.CertifyMigration(
        certify.migrationId(),
        certify.taskId(),
        certify.attempt(),
        certify.source(),
        certify.target(),
        certify.planDigest(),
        certify.installation(),
        certify.journalSequence(),
        head);
  }

  /** A timer that fired is over, unless what it causes sets it anew. */
  void fired(TaskId task) {
    timers.put(task, Optional.empty());
  }

  MigrationId migration() {
    return migration;
  }

  Instant now() {
    return now;
  }

  long lastSequence() {
    return header.map(MigrationState::sequence).orElse(0L);
  }

  String head() {
    return head;
  }

  /**
   * Whether somebody waits for what comes of it: an agent for a task, a person for an answer or for
   * the migration to go from one state to the next.
   */
  boolean isAwaited() {
    return asked || !tasks.isEmpty() || !header.map(MigrationState::state).equals(stateBefore);
  }

  /** The header, where it changed. */
  Optional<MigrationState> changedHeader() {
    return changed ? header : Optional.empty();
  }

  /** Tables that changed, by number. */
  Map<Integer, TableState> changedTables() {
    return tables;
  }

  List<Journalled> journal() {
    return journal;
  }

  List<IssuedTask> tasks() {
    return tasks;
  }

  Map<TaskId, Optional<TimerStore.Timer>> timers() {
    return timers;
  }

  /** Whether the store of waiting work has to be written. */
  boolean waitingChanged() {
    return hadWaiting || !cursors.isEmpty();
  }

  MigrationStores.Waiting waiting() {
    return new MigrationStores.Waiting(inputId, steps, List.copyOf(cursors));
  }
}
