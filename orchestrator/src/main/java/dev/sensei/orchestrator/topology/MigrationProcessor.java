package dev.sensei.orchestrator.topology;

import dev.sensei.orchestrator.fold.Fold;
import dev.sensei.orchestrator.fold.Input;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.Outcome;
import dev.sensei.orchestrator.fold.StepResult;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds commands, reports and timers of one partition to the fold, one at a time. What cannot be
 * worked out goes to the dead letters with the reason, and the next input has its turn.
 */
final class MigrationProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(MigrationProcessor.class);
  private static final int REASON_LENGTH = 1_000;
  private static final int HEADER_ROOM_BYTES = 4_000;

  private final Fold fold;
  private final Wire wire;
  private final TopologySettings settings;
  private final OutcomeCounters counters;
  private final Set<MigrationId> waiting = new LinkedHashSet<>();
  private final TimerRest timerRest;
  private @Nullable Started started;
  private @Nullable Cancellable timerSchedule;
  private @Nullable Cancellable continuationSchedule;

  private record Started(
      ProcessorContext<byte[], byte[]> context, MigrationStores stores, TimerStore timers) {}

  MigrationProcessor(Fold fold, Wire wire, TopologySettings settings, OutcomeCounters counters) {
    this.fold = fold;
    this.wire = wire;
    this.settings = settings;
    this.counters = counters;
    this.timerRest = new TimerRest(settings.timerGap(), settings.timerRest());
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    MigrationStores stores = new MigrationStores(context, wire);
    started = new Started(context, stores, new TimerStore(context));
    // Streams takes a task up again after a failure with the processor it had.
    stop(timerSchedule);
    stop(continuationSchedule);
    continuationSchedule = null;
    waiting.clear();
    waiting.addAll(stores.withWaitingWork());
    timerSchedule =
        context.schedule(
            settings.timerResolution(), PunctuationType.WALL_CLOCK_TIME, this::fireTimers);
    goOnWhereWorkWaits(context);
  }

  private static void stop(@Nullable Cancellable scheduled) {
    if (scheduled != null) {
      scheduled.cancel();
    }
  }

  private Started started() {
    if (started == null) {
      throw new IllegalStateException("the processor is not initialised");
    }
    return started;
  }

  @Override
  public void process(Record<byte[], byte[]> consumed) {
    ProcessorContext<byte[], byte[]> context = started().context();
    String topic = context.recordMetadata().map(RecordMetadata::topic).orElse("");
    Worked worked;
    try {
      Input input =
          wire.input(topic, consumed, Instant.ofEpochMilli(context.currentSystemTimeMs()));
      requirePartition(input.migrationId());
      worked = work(input);
    } catch (StreamsException | RetriableException later) {
      throw later;
    } catch (Unreadable unreadable) {
      bury(consumed, unreadable.getMessage());
      return;
    } catch (RuntimeException failed) {
      log.error("A record of {} cannot be worked out", topic, failed);
      bury(consumed, failed.getClass().getSimpleName() + ": " + failed.getMessage());
      return;
    }
    write(worked);
    StepResult result = worked.result();
    if (result.outcome() == Outcome.UNKNOWN_MIGRATION) {
      bury(consumed, result.reason());
    }
  }

  /** A migration's state is on one partition; elsewhere it would begin a second life. */
  private void requirePartition(MigrationId migration) throws Unreadable {
    int expected = Topics.partitionOf(migration.value());
    int found = started().context().taskId().partition();
    if (expected != found) {
      throw new Unreadable(
          "expected records of %s on partition %d, found one on %d"
              .formatted(migration, expected, found));
    }
  }

  /**
   * An input and what it amounts to.
   *
   * @param unit the work
   * @param outputs the same as bytes
   * @param result what became of the input itself
   */
  private record Worked(UnitOfWork unit, Outputs outputs, StepResult result) {}

  private UnitOfWork unit(MigrationId migration, Instant now) {
    return new UnitOfWork(fold, started().stores(), wire, settings, migration, now);
  }

  private Worked work(Input input) {
    UnitOfWork unit = unit(input.migrationId(), input.now());
    if (input instanceof Input.TimerFired fired) {
      unit.fired(fired.taskId());
    }
    StepResult result = unit.run(input);
    return new Worked(unit, Outputs.of(wire, settings, unit), result);
  }

  private void write(Worked worked) {
    StepResult result = worked.result();
    counters.count("outcome." + result.outcome().name().toLowerCase(Locale.ROOT));
    if (!result.reason().isEmpty()) {
      log.debug("{}: {}", result.outcome(), result.reason());
    }
    write(worked.unit(), worked.outputs());
  }

  private void write(UnitOfWork unit, Outputs outputs) {
    Started to = started();
    MigrationId migration = unit.migration();
    outputs.header().ifPresent(state -> to.stores().putHeader(migration, unit.head(), state));
    outputs.tables().forEach((index, state) -> to.stores().putTable(migration, index, state));
    unit.timers()
        .forEach(
            (task, timer) ->
                timer.ifPresentOrElse(to.timers()::set, () -> to.timers().clear(task)));
    if (unit.waitingChanged()) {
      remember(migration, unit.waiting());
    }
    outputs.records().forEach(output -> to.context().forward(output.record(), output.sink()));
    if (unit.isAwaited()) {
      // It is seen only once it is committed. All else follows by the interval: a commit for every
      // record would cost more than all that is done for it.
      to.context().commit();
    }
    counters.count("journal_records", unit.journal().size());
    counters.count("tasks_issued", unit.tasks().size());
  }

  private void remember(MigrationId migration, MigrationStores.Waiting work) {
    started().stores().putWaiting(migration, work);
    if (work.cursors().isEmpty()) {
      waiting.remove(migration);
    } else {
      waiting.add(migration);
    }
    goOnWhereWorkWaits(started().context());
  }

  private void fireTimers(long nowMillis) {
    if (!timerRest.mayFire(nowMillis)) {
      return;
    }
    Instant now = Instant.ofEpochMilli(nowMillis);
    for (TimerStore.Timer due : started().timers().due(nowMillis, settings.timersAtOnce())) {
      counters.count("timers_fired");
      String id = "timer:%s:%d:%d".formatted(due.task(), due.attempt(), due.dueMillis());
      try {
        write(
            work(
                new Input.TimerFired(
                    due.migration(),
                    due.task(),
                    due.attempt(),
                    Instant.ofEpochMilli(due.dueMillis()),
                    due.silence(),
                    now,
                    id)));
      } catch (StreamsException | RetriableException later) {
        throw later;
      } catch (RuntimeException failed) {
        started().timers().clear(due.task());
        bury(due.migration(), id, failed, now);
      }
    }
  }

  /** Streams commits after every punctuation, so there is none while there is nothing to do. */
  private void goOnWhereWorkWaits(ProcessorContext<byte[], byte[]> context) {
    if (!waiting.isEmpty() && continuationSchedule == null) {
      continuationSchedule =
          context.schedule(
              settings.continuationDelay(), PunctuationType.WALL_CLOCK_TIME, this::goOn);
    } else if (waiting.isEmpty() && continuationSchedule != null) {
      stop(continuationSchedule);
      continuationSchedule = null;
    }
  }

  private void goOn(long nowMillis) {
    Instant now = Instant.ofEpochMilli(nowMillis);
    for (MigrationId migration : List.copyOf(waiting)) {
      counters.count("continuations");
      try {
        UnitOfWork unit = unit(migration, now);
        unit.goOn();
        write(unit, Outputs.of(wire, settings, unit));
      } catch (StreamsException | RetriableException later) {
        throw later;
      } catch (RuntimeException failed) {
        remember(migration, MigrationStores.Waiting.NOTHING);
        bury(migration, "continuation of " + migration, failed, now);
      }
    }
  }

  /** What the orchestrator itself caused, and cannot be worked out. */
  private void bury(MigrationId migration, String id, RuntimeException failed, Instant now) {
    log.error("{} cannot be worked out", id, failed);
    Record<byte[], byte[]> letter =
        new Record<>(
            migration.value().getBytes(StandardCharsets.UTF_8), new byte[0], now.toEpochMilli());
    RecordHeaders.describe(
        letter.headers(), id, Names.SOURCE, "dev.sensei.Internal", now, migration.value());
    bury(letter, failed.getClass().getSimpleName() + ": " + failed.getMessage());
  }

  private void bury(Record<byte[], byte[]> record, @Nullable String reason) {
    counters.count("dead_letters");
    String why = reason == null ? "no reason given" : reason;
    String kept = why.length() > REASON_LENGTH ? why.substring(0, REASON_LENGTH) : why;
    log.warn("To the dead letters: {}", kept);
    byte[] value = record.value();
    boolean fits = value == null || value.length + HEADER_ROOM_BYTES <= settings.maxRecordBytes();
    Record<byte[], byte[]> letter = fits ? record : record.withValue(new byte[0]);
    Headers headers = letter.headers();
    RecordHeaders.deadBecause(headers, fits ? kept : kept + " (too large to be kept)");
    started().context().forward(letter, Names.DEAD_LETTERS_SINK);
  }
}
