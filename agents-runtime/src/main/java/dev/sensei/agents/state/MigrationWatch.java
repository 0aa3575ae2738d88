package dev.sensei.agents.state;

import dev.sensei.schemas.CommittedConsumer;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.state.Drain;
import dev.sensei.schemas.state.MigrationState;
import dev.sensei.schemas.state.TableState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the state topic from its beginning, in a thread of its own, and keeps the latest state of
 * each migration. It may be some milliseconds behind, and longer while Kafka is away.
 */
public final class MigrationWatch implements MigrationStates, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationWatch.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration SLICE = Duration.ofMillis(100);
  private static final Duration AFTER_AN_ERROR = Duration.ofSeconds(1);

  private final String kafka;
  private final String clientId;
  private final RecordSerde serde;
  private final Map<String, MigrationStatus> statuses = new ConcurrentHashMap<>();
  private final Map<Table, Integer> epochs = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread follower;
  private long changes;
  private volatile @Nullable CommittedConsumer following;
  private volatile boolean stopping;

  private record Table(String migrationId, int index) {}

  private MigrationWatch(String kafka, String clientId, RecordSerde serde) {
    this.kafka = kafka;
    this.clientId = clientId;
    this.serde = serde;
    follower = Thread.ofPlatform().daemon().name(clientId).unstarted(this::follow);
  }

  /**
   * Begins to follow.
   *
   * @param kafka the bootstrap servers
   * @param clientId the name that Kafka's logs know the reader by
   * @param serde what records are read with; stays the caller's
   */
  public static MigrationWatch start(String kafka, String clientId, RecordSerde serde) {
    MigrationWatch watch = new MigrationWatch(kafka, clientId, serde);
    watch.follower.start();
    return watch;
  }

  @Override
  public Optional<MigrationStatus> of(String migrationId) {
    return Optional.ofNullable(statuses.get(migrationId));
  }

  @Override
  public OptionalInt epochOf(String migrationId, int tableIndex) {
    Integer epoch = epochs.get(new Table(migrationId, tableIndex));
    return epoch == null ? OptionalInt.empty() : OptionalInt.of(epoch);
  }

  @Override
  public Optional<MigrationStatus> await(
      String migrationId,
      Predicate<MigrationStatus> wanted,
      BooleanSupplier givenUp,
      Duration timeout)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      Optional<MigrationStatus> status = of(migrationId).filter(wanted);
      if (status.isPresent() || givenUp.getAsBoolean() || System.nanoTime() - deadline >= 0) {
        return status;
      }
      pause();
    }
  }

  @Override
  public void close() {
    stopping = true;
    CommittedConsumer consumer = following;
    if (consumer != null) {
      consumer.wakeup();
    }
    try {
      if (!follower.join(Duration.ofSeconds(5))) {
        follower.interrupt();
      }
    } catch (InterruptedException interrupted) {
      follower.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private void follow() {
    while (!stopping) {
      try (CommittedConsumer consumer = consumer()) {
        List<TopicPartition> partitions =
            IntStream.range(0, Topics.MIGRATION_PARTITIONS)
                .mapToObj(number -> new TopicPartition(Topics.STATE, number))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        following = consumer;
        while (!stopping) {
          consumer.poll(POLL).forEach(this::take);
        }
      } catch (RuntimeException failed) {
        // Whatever it was: an agent that does not follow would never stop what is not wanted.
        if (!stopping) {
          LOG.warn(
              "the states of migrations cannot be followed: {}; beginning again",
              failed.getClass().getSimpleName());
          waitAfterAnError();
        }
      }
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> consumed) {
    byte[] value = consumed.value();
    if (value == null) {
      if (consumed.key() != null) {
        statuses.remove(new String(consumed.key(), StandardCharsets.UTF_8));
      }
    } else {
      read(consumed, value);
    }
    lock.lock();
    try {
      changes++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void read(ConsumerRecord<byte[], byte[]> consumed, byte[] value) {
    SpecificRecord state;
    try {
      state = serde.read(consumed.topic(), value);
    } catch (SerializationException unreadable) {
      LOG.warn(
          "a state at {}-{} offset {} cannot be read by this version",
          consumed.topic(),
          consumed.partition(),
          consumed.offset());
      return;
    }
    switch (state) {
      case MigrationState migration ->
          statuses.put(
              migration.getMigrationId(),
              new MigrationStatus(
                  migration.getMigrationId(),
                  migration.getState(),
                  migration.getDrain() != Drain.NONE,
                  RecordHeaders.time(consumed.headers())
                      .orElseGet(() -> Instant.ofEpochMilli(consumed.timestamp()))));
      case TableState table ->
          epochs.put(new Table(table.getMigrationId(), table.getTableIndex()), table.getEpoch());
      default -> LOG.trace("a state of another kind passes by");
    }
  }

  /** Waits for the next change, but no longer than a slice, as what gives up is asked in each. */
  private void pause() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long seen = changes;
      long nanos = SLICE.toNanos();
      while (changes == seen && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private void waitAfterAnError() {
    long deadline = System.nanoTime() + AFTER_AN_ERROR.toNanos();
    try {
      while (!stopping && System.nanoTime() - deadline < 0) {
        pause();
      }
    } catch (InterruptedException interrupted) {
      stopping = true;
    }
  }

  private CommittedConsumer consumer() {
    return new CommittedConsumer(kafka, Map.of(ConsumerConfig.CLIENT_ID_CONFIG, clientId));
  }
}
