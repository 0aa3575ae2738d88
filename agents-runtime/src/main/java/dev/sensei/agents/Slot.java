package dev.sensei.agents;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the share group, with at most one task in work. It takes a record, lets a {@link
 * TaskRun} work on it, renews the lease until that ends, and acknowledges the record by its
 * outcome.
 *
 * <p>Its consumer has one record at a time, but for a moment in which the answer to a fetch meets
 * the next poll: then it fetches one ahead, and tells nobody. That record comes up after the task
 * in work, or goes to another member when its lease ends.
 *
 * <p>Where the lease is lost all the same (Kafka was away for longer), the run goes on, since
 * handlers are safe against being done twice, and the slot takes nothing new before it has ended. A
 * long-lived run is left alone then, and found again when its record comes back to this agent.
 */
final class Slot implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Slot.class);

  /**
   * How long one poll waits. Short, since a fetch that brings only the marker of a transaction (one
   * follows every task) leaves a poll waiting for its time to be over before it fetches again.
   */
  private static final Duration POLL = Duration.ofMillis(20);

  /**
   * The same once there has been nothing for a while. The marker of a task that another member took
   * may cost this one so long.
   */
  private static final Duration QUIET_POLL = Duration.ofMillis(100);

  private static final int POLLS_UNTIL_QUIET = 50;

  private static final Duration REST = Duration.ofMillis(100);
  private static final int LOOKS_BEFORE_WORK = 2;
  private static final Duration RENEWED_COMES_BACK = Duration.ofMillis(250);
  private static final long BETWEEN_LOOKS_NANOS = Duration.ofMillis(250).toNanos();
  private static final Duration SLICE = Duration.ofMillis(50);
  private static final Duration LEASE_UNLESS_TOLD = Duration.ofSeconds(5);
  private static final Duration BEFORE_JOINING_AGAIN = Duration.ofSeconds(1);
  private static final Duration CLOSE = Duration.ofSeconds(3);
  private static final long UNCONNECTED_NANOS = Duration.ofSeconds(3).toNanos();

  /** A renewal is asked for after a third of the lease, so that two may fail. */
  private static final int RENEWALS_IN_A_LEASE = 3;

  /** What the slot tells the agent it belongs to. */
  interface Owner {
    /** The slot's member fetches tasks. */
    void joined(Slot slot);

    /**
     * The slot holds a long-lived task from here on.
     *
     * @return whether another slot takes its place
     */
    boolean occupied(Slot slot);

    /** Whether as many slots are at work as pay off, so that one more takes no task for now. */
    boolean rests();

    /** Whether the agent waits no longer for what is in work. */
    boolean abandons();
  }

  private final Workplace workplace;
  private final Owner owner;
  private final String clientId;
  private boolean joined;
  private boolean disconnected;
  private long connectedNanos = System.nanoTime();
  private long lookedNanos = System.nanoTime() - BETWEEN_LOOKS_NANOS;
  private volatile boolean replaced;

  Slot(Workplace workplace, Owner owner, int number) {
    this.workplace = workplace;
    this.owner = owner;
    clientId = workplace.settings().clientId("slot-" + number);
  }

  /** Whether it gives way after its long-lived task, as another slot took its place. */
  boolean isReplaced() {
    return replaced;
  }

  @Override
  public void run() {
    try {
      boolean again = true;
      while (again) {
        again = serveOnce() && !workplace.stopping().within(BEFORE_JOINING_AGAIN);
      }
    } catch (InterruptedException | InterruptException interrupted) {
      LOG.debug("{} was interrupted", clientId);
    }
  }

  /** Serves until the slot is not wanted any more; true where it has to begin again. */
  private boolean serveOnce() throws InterruptedException {
    KafkaShareConsumer<byte[], byte[]> consumer = consumer();
    try {
      consumer.subscribe(List.of(workplace.settings().agent().taskTopic()));
      int emptyPolls = 0;
      while (!workplace.stopping().hasBegun() && !replaced) {
        notice(consumer);
        ConsumerRecord<byte[], byte[]> first = null;
        Duration wait = emptyPolls < POLLS_UNTIL_QUIET ? POLL : QUIET_POLL;
        for (ConsumerRecord<byte[], byte[]> consumed : consumer.poll(wait)) {
          if (first == null) {
            first = consumed;
          } else {
            consumer.acknowledge(consumed, AcknowledgeType.RELEASE);
          }
        }
        if (first == null) {
          emptyPolls++;
        } else {
          emptyPolls = 0;
          noteJoined();
          work(consumer, first);
          rest(consumer);
        }
      }
      return false;
    } catch (InterruptException interrupted) {
      throw interrupted;
    } catch (KafkaException | IllegalStateException failed) {
      LOG.warn(
          "{}: a member of {} failed with {} and joins again",
          workplace.settings().name(),
          workplace.settings().agent().shareGroup(),
          failed.toString());
      return !workplace.stopping().hasBegun() && !replaced;
    } finally {
      close(consumer);
    }
  }

  /**
   * Waits while enough slots are at work. Behind a task alone, when the consumer has nothing asked
   * for. A slot that rests goes on where it is wanted at two looks: between two tasks of another
   * one there is a moment that does not count.
   */
  private void rest(KafkaShareConsumer<byte[], byte[]> consumer) throws InterruptedException {
    int wanted = owner.rests() ? 0 : LOOKS_BEFORE_WORK;
    while (wanted < LOOKS_BEFORE_WORK && !workplace.stopping().within(REST)) {
      notice(consumer);
      wanted = owner.rests() ? 0 : wanted + 1;
    }
  }

  private void work(
      KafkaShareConsumer<byte[], byte[]> consumer, ConsumerRecord<byte[], byte[]> consumed)
      throws InterruptedException {
    TaskRun run = new TaskRun(workplace, consumed, () -> replaced = owner.occupied(this));
    run.start();
    boolean held = false;
    try {
      held = hold(consumer, consumed, run);
    } finally {
      if (!held) {
        leave(run, consumed.offset());
      }
    }
  }

  /**
   * Renews the lease until the run ends, and acknowledges.
   *
   * @return false where the lease was lost before
   */
  private boolean hold(
      KafkaShareConsumer<byte[], byte[]> consumer,
      ConsumerRecord<byte[], byte[]> consumed,
      TaskRun run)
      throws InterruptedException {
    ConsumerRecord<byte[], byte[]> held = consumed;
    while (!endedWithin(run, renewal(consumer))) {
      consumer.acknowledge(held, AcknowledgeType.RENEW);
      Optional<ConsumerRecord<byte[], byte[]>> renewed =
          committed(consumer) ? own(consumer, consumed.offset()) : Optional.empty();
      if (renewed.isEmpty()) {
        return false;
      }
      held = renewed.get();
      if (owner.abandons()) {
        break;
      }
    }
    AcknowledgeType type =
        switch (run.outcome()) {
          case DONE -> AcknowledgeType.ACCEPT;
          case UNREADABLE -> AcknowledgeType.REJECT;
          case HANDED_BACK -> AcknowledgeType.RELEASE;
        };
    consumer.acknowledge(held, type);
    if (!committed(consumer)) {
      LOG.info(
          "{}: the task at offset {} ended, but Kafka may hand it out again",
          workplace.settings().name(),
          consumed.offset());
    }
    return true;
  }

  /** Waits for the end in slices, as the agent may stop in between. */
  private boolean endedWithin(TaskRun run, Duration most) throws InterruptedException {
    long deadline = System.nanoTime() + most.toNanos();
    while (!run.await(SLICE)) {
      if (System.nanoTime() - deadline >= 0 || owner.abandons()) {
        return false;
      }
    }
    return true;
  }

  private static Duration renewal(KafkaShareConsumer<byte[], byte[]> consumer) {
    return consumer
        .acquisitionLockTimeoutMs()
        .map(Duration::ofMillis)
        .orElse(LEASE_UNLESS_TOLD)
        .dividedBy(RENEWALS_IN_A_LEASE);
  }

  /** Commits what was acknowledged; false where Kafka does not take it. */
  private static boolean committed(KafkaShareConsumer<byte[], byte[]> consumer) {
    try {
      Map<TopicIdPartition, Optional<KafkaException>> results =
          consumer.commitSync(renewal(consumer));
      return results.values().stream().allMatch(Optional::isEmpty);
    } catch (InterruptException interrupted) {
      throw interrupted;
    } catch (KafkaException failed) {
      return false;
    }
  }

  /**
   * The slot's own record, which a renewal brings back through a poll. Where one that was fetched
   * ahead comes first, it goes back, and the own one is still waited for.
   */
  private static Optional<ConsumerRecord<byte[], byte[]>> own(
      KafkaShareConsumer<byte[], byte[]> consumer, long offset) {
    Optional<ConsumerRecord<byte[], byte[]>> own = Optional.empty();
    long deadline = System.nanoTime() + RENEWED_COMES_BACK.toNanos();
    long left = RENEWED_COMES_BACK.toNanos();
    while (own.isEmpty() && left > 0) {
      for (ConsumerRecord<byte[], byte[]> polled : consumer.poll(Duration.ofNanos(left))) {
        if (polled.offset() == offset) {
          own = Optional.of(polled);
        } else {
          consumer.acknowledge(polled, AcknowledgeType.RELEASE);
        }
      }
      left = deadline - System.nanoTime();
    }
    return own;
  }

  private void leave(TaskRun run, long offset) throws InterruptedException {
    workplace.counters().countLeaseLost();
    LOG.warn(
        "{}: the lease of the task at offset {} was lost; its work goes on, and another agent may"
            + " be given it too",
        workplace.settings().name(),
        offset);
    while (!run.isLongLived() && !owner.abandons() && !run.await(SLICE)) {
      LOG.trace("waiting for the end of the task at offset {}", offset);
    }
  }

  /** Finds out whether the member fetches tasks, and whether it has lost Kafka. */
  private void notice(KafkaShareConsumer<byte[], byte[]> consumer) {
    long now = System.nanoTime();
    if (now - lookedNanos < BETWEEN_LOOKS_NANOS) {
      return;
    }
    lookedNanos = now;
    if (metric(consumer, "fetch-total") > 0) {
      noteJoined();
    }
    if (metric(consumer, "connection-count") > 0) {
      connectedNanos = now;
      if (disconnected) {
        disconnected = false;
        workplace.reachability().found();
      }
    } else if (!disconnected && now - connectedNanos > UNCONNECTED_NANOS) {
      disconnected = true;
      workplace.reachability().lost();
    }
  }

  /** Also where the first poll brings a task, which may take longer than anybody waits for us. */
  private void noteJoined() {
    if (!joined) {
      joined = true;
      owner.joined(this);
    }
  }

  private static double metric(KafkaShareConsumer<byte[], byte[]> consumer, String name) {
    double sum = 0;
    for (Metric metric : consumer.metrics().values()) {
      if (metric.metricName().name().equals(name) && metric.metricValue() instanceof Double value) {
        sum += value;
      }
    }
    return sum;
  }

  private void close(KafkaShareConsumer<byte[], byte[]> consumer) {
    try {
      consumer.close(CLOSE);
    } catch (KafkaException failed) {
      LOG.debug("{} did not close in order", clientId, failed);
    }
  }

  private KafkaShareConsumer<byte[], byte[]> consumer() {
    AgentSettings settings = workplace.settings();
    return new KafkaShareConsumer<>(
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            settings.kafka(),
            ConsumerConfig.CLIENT_ID_CONFIG,
            clientId,
            ConsumerConfig.GROUP_ID_CONFIG,
            settings.agent().shareGroup(),
            ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG,
            "explicit",
            // Without this and one record in a poll, a member takes a whole batch of tasks.
            ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG,
            "record_limit",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            1,
            // A slot whose lease is lost polls nothing until its run ends, and stays a member.
            ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
            Integer.MAX_VALUE),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
