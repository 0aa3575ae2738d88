package dev.sensei.agents;

import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RegistryAwayException;
import dev.sensei.schemas.report.TaskFailed;
import dev.sensei.schemas.report.TaskReleased;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One record of the task topic, from its bytes to its end, on a thread of its own. A platform
 * thread: handlers compute for long between two reads, and would keep virtual threads, which hold
 * the leases, from running.
 */
final class TaskRun {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);

  private final Workplace workplace;
  private final ConsumerRecord<byte[], byte[]> consumed;
  private final Runnable onLongLived;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private volatile Outcome outcome = Outcome.HANDED_BACK;
  private volatile boolean longLived;

  /**
   * @param onLongLived called from the run's thread once it is known to be long-lived
   */
  TaskRun(Workplace workplace, ConsumerRecord<byte[], byte[]> consumed, Runnable onLongLived) {
    this.workplace = workplace;
    this.consumed = consumed;
    this.onLongLived = onLongLived;
    thread =
        Thread.ofPlatform()
            .daemon()
            .name(workplace.settings().agent().id() + "-task-" + consumed.offset())
            .unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Waits for the end; says whether it has come. */
  boolean await(Duration most) throws InterruptedException {
    return ended.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  void await() throws InterruptedException {
    ended.await();
  }

  void interrupt() {
    thread.interrupt();
  }

  /** What became of it; to be handed back until it has ended. */
  Outcome outcome() {
    return outcome;
  }

  boolean isLongLived() {
    return longLived;
  }

  private void run() {
    try {
      outcome = perform();
    } catch (TaskFailure | TaskReleasedException undelivered) {
      // Kafka does not know the end, so the record must not be taken for done.
      LOG.warn(
          "{}: the end of a task at offset {} could not be reported: {}",
          workplace.settings().name(),
          consumed.offset(),
          undelivered.getMessage());
    } catch (SerializationException refused) {
      LOG.error(
          "{}: the schema registry refuses a report on the task at offset {}",
          workplace.settings().name(),
          consumed.offset(),
          refused);
    } catch (InterruptedException stopped) {
      LOG.debug("a task at offset {} was interrupted", consumed.offset());
    } finally {
      if (outcome == Outcome.HANDED_BACK) {
        workplace.counters().countHandedBack();
      }
      ended.countDown();
    }
  }

  private Outcome perform() throws TaskFailure, TaskReleasedException, InterruptedException {
    SpecificRecord task;
    try {
      task = read();
    } catch (SerializationException unreadable) {
      return bury("it cannot be read by this version");
    }
    Optional<TaskIdentity> known = TaskIdentity.of(task);
    if (known.isEmpty() || !workplace.handler().taskTypes().contains(task.getClass())) {
      return bury(
          "%s is no task of %s agents"
              .formatted(task.getSchema().getFullName(), workplace.settings().agent().id()));
    }
    TaskIdentity identity = known.get();
    if (workplace.handler().longLivedTypes().contains(task.getClass())) {
      longLived = true;
      onLongLived.run();
    }
    Optional<TaskRun> earlier = workplace.inWork().enter(identity, this);
    if (earlier.isPresent()) {
      LOG.info("{}: {} is in work here already", workplace.settings().name(), identity);
      earlier.get().await();
      return earlier.get().outcome();
    }
    Outcome reached = Outcome.HANDED_BACK;
    try {
      reached = workplace.inWork().isDone(identity) ? Outcome.DONE : handle(identity, task);
      return reached;
    } finally {
      workplace.inWork().leave(identity, this, reached);
    }
  }

  private Outcome handle(TaskIdentity identity, SpecificRecord task)
      throws TaskFailure, TaskReleasedException {
    Instant handedOut =
        RecordHeaders.time(consumed.headers())
            .orElseGet(() -> Instant.ofEpochMilli(consumed.timestamp()));
    Wanted wanted = new Wanted(workplace.migrations(), identity, task, patience(task), handedOut);
    RunContext context =
        new RunContext(
            workplace,
            identity,
            RecordHeaders.id(consumed.headers()),
            handedOut,
            consumed.deliveryCount().map(Short::intValue).orElse(1),
            wanted);
    try {
      LOG.debug("{}: {} begins", context.agentName(), identity);
      // At once, and not an interval later: until then the task counts as waiting in its queue.
      workplace.reports().heartbeat(identity);
      workplace.handler().handle(task, context);
      workplace.counters().countDone();
      LOG.debug("{}: {} is done", context.agentName(), identity);
      return Outcome.DONE;
    } catch (TaskReleasedException released) {
      return released(context, released);
    } catch (InterruptedException interrupted) {
      return released(context, new TaskReleasedException("the task was interrupted"));
    } catch (Exception failed) {
      return failed(context, failed);
    }
  }

  private Outcome released(RunContext context, TaskReleasedException released)
      throws TaskFailure, TaskReleasedException {
    if (workplace.stopping().hasBegun()) {
      return Outcome.HANDED_BACK;
    }
    TaskIdentity task = context.task();
    LOG.info("{}: {} is released", context.agentName(), task);
    context.report(
        TaskReleased.newBuilder()
            .setMigrationId(task.migrationId())
            .setTaskId(task.taskId())
            .setAttempt(task.attempt())
            .setAgent(context.agentName())
            .setReason(Optional.ofNullable(released.getMessage()).orElse("released"))
            .build());
    workplace.counters().countReleased();
    return Outcome.DONE;
  }

  private Outcome failed(RunContext context, Exception failed)
      throws TaskFailure, TaskReleasedException {
    if (workplace.stopping().hasBegun()) {
      // Stopping interrupts: what fails now may well succeed elsewhere.
      return Outcome.HANDED_BACK;
    }
    TaskIdentity task = context.task();
    if (Failures.isKnown(failed)) {
      LOG.warn("{}: {} failed: {}", context.agentName(), task, failed.getMessage());
    } else {
      LOG.error(
          "{}: {} failed unexpectedly: {}", context.agentName(), task, Failures.frames(failed));
    }
    context.report(
        TaskFailed.newBuilder()
            .setMigrationId(task.migrationId())
            .setTaskId(task.taskId())
            .setAttempt(task.attempt())
            .setAgent(context.agentName())
            .setFailure(Failures.of(failed))
            .build());
    workplace.counters().countFailed();
    return Outcome.DONE;
  }

  private Outcome bury(String reason) throws TaskFailure, TaskReleasedException {
    LOG.warn(
        "{}: the task at {} offset {} goes to the dead letters: {}",
        workplace.settings().name(),
        consumed.topic(),
        consumed.offset(),
        reason);
    workplace.reports().bury(consumed, reason);
    workplace.counters().countDeadLetter();
    return Outcome.UNREADABLE;
  }

  private SpecificRecord read() throws TaskReleasedException {
    byte[] value = consumed.value();
    if (value == null) {
      throw new SerializationException("there is no value");
    }
    try {
      return workplace.serde().read(consumed.topic(), value);
    } catch (RegistryAwayException away) {
      throw new TaskReleasedException("the schema registry does not answer");
    } catch (InterruptException interrupted) {
      Thread.currentThread().interrupt();
      throw new TaskReleasedException("the agent stops before the schema registry answers");
    }
  }

  private Wanted.Patience patience(SpecificRecord task) {
    if (longLived) {
      return Wanted.Patience.LONG_LIVED;
    }
    return workplace.handler().cleaningTypes().contains(task.getClass())
        ? Wanted.Patience.CLEANING
        : Wanted.Patience.ORDINARY;
  }
}
