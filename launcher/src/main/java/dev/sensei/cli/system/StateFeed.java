package dev.sensei.cli.system;

import dev.sensei.schemas.CommittedConsumer;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.RegistryAwayException;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.common.TableRunState;
import dev.sensei.schemas.progress.ChunkProgress;
import dev.sensei.schemas.state.MigrationState;
import dev.sensei.schemas.state.TableState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest state of every migration and table, and how far chunks in work are, as Kafka has them.
 * Safe for use by several threads.
 */
final class StateFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StateFeed.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private final RecordSerde serde;
  private final Health health;
  private final CommittedConsumer consumer;
  private final Thread thread;
  private final Map<String, MigrationState> migrations = new HashMap<>();
  private final Map<String, TreeMap<Integer, TableState>> tables = new HashMap<>();
  private final Map<String, Map<ChunkId, ChunkProgress>> chunks = new HashMap<>();
  private boolean caughtUp;
  private long version;
  private volatile boolean closed;

  /** A chunk of a migration. */
  record ChunkId(int table, int epoch, int chunk) {}

  /** What is known of one migration at one moment. */
  record Snapshot(MigrationState migration, List<TableState> tables, List<ChunkProgress> chunks) {}

  private StateFeed(KafkaAddress kafka, RecordSerde serde, Health health) {
    this.serde = serde;
    this.health = health;
    this.consumer = kafka.reader("sensei-states");
    this.thread = Thread.ofPlatform().daemon().name("sensei-states").unstarted(this::run);
  }

  /** Starts to follow, from the beginning of what Kafka holds. */
  static StateFeed follow(KafkaAddress kafka, RecordSerde serde, Health health) {
    StateFeed feed = new StateFeed(kafka, serde, health);
    feed.thread.start();
    return feed;
  }

  /**
   * Waits until everything that was there at the start has been read.
   *
   * @return whether it was in time
   */
  synchronized boolean awaitCaughtUp(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!caughtUp && !closed) {
      health.check();
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(Math.max(1, left / 1_000_000));
    }
    return caughtUp;
  }

  /**
   * Waits until something is newer than a version, or the time is over.
   *
   * @return the version now
   * @throws dev.sensei.cli.CommandException where no newer one will come, since something failed
   */
  synchronized long awaitNewer(long than, Duration limit) throws InterruptedException {
    health.check();
    long deadline = System.nanoTime() + limit.toNanos();
    while (version <= than && !closed) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        break;
      }
      wait(Math.max(1, left / 1_000_000));
    }
    return version;
  }

  /** Every migration, by id. */
  synchronized List<MigrationState> migrations() {
    return migrations.values().stream()
        .sorted(Comparator.comparing(MigrationState::getMigrationId))
        .toList();
  }

  /** One migration with its tables. */
  synchronized Optional<Snapshot> of(String migrationId) {
    MigrationState migration = migrations.get(migrationId);
    if (migration == null) {
      return Optional.empty();
    }
    List<TableState> current =
        tables.getOrDefault(migrationId, new TreeMap<>()).values().stream()
            .filter(table -> table.getTableIndex() < migration.getTables())
            .toList();
    return Optional.of(
        new Snapshot(
            migration,
            current,
            new ArrayList<>(chunks.getOrDefault(migrationId, Map.of()).values())));
  }

  private void run() {
    try (consumer) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int partition = 0; partition < Topics.MIGRATION_PARTITIONS; partition++) {
        partitions.add(new TopicPartition(Topics.STATE, partition));
        partitions.add(new TopicPartition(Topics.PROGRESS, partition));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (!closed) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        for (TopicPartition partition : records.partitions()) {
          for (ConsumerRecord<byte[], byte[]> found : records.records(partition)) {
            if (!take(found)) {
              consumer.seek(partition, found.offset());
              break;
            }
          }
        }
        checkCaughtUp(ends);
      }
    } catch (WakeupException | InterruptException stopping) {
      LOG.debug("The state feed stops");
    } catch (RuntimeException failed) {
      LOG.error("The state feed ended", failed);
      health.failed(
          "what migrations do can no longer be read from Kafka (%s)"
              .formatted(failed.getClass().getSimpleName()));
    } finally {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  private void checkCaughtUp(Map<TopicPartition, Long> ends) {
    synchronized (this) {
      if (caughtUp) {
        return;
      }
    }
    boolean reached =
        ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    if (reached) {
      synchronized (this) {
        caughtUp = true;
        notifyAll();
      }
    }
  }

  /** Takes a record in; false where the registry does not answer now, and it has to be retried. */
  private boolean take(ConsumerRecord<byte[], byte[]> found) {
    if (found.value() == null) {
      return true;
    }
    SpecificRecord state;
    try {
      state = serde.read(found.topic(), found.value());
    } catch (RegistryAwayException away) {
      LOG.warn("The schema registry does not answer; trying again");
      return false;
    } catch (SerializationException unreadable) {
      LOG.warn(
          "The record at {}-{} offset {} cannot be read and is passed over",
          found.topic(),
          found.partition(),
          found.offset());
      return true;
    }
    synchronized (this) {
      switch (state) {
        case MigrationState migration -> migrations.put(migration.getMigrationId(), migration);
        case TableState table -> {
          tables
              .computeIfAbsent(table.getMigrationId(), id -> new TreeMap<>())
              .put(table.getTableIndex(), table);
          forgetChunks(table);
        }
        case ChunkProgress progress ->
            chunks
                .computeIfAbsent(progress.getMigrationId(), id -> new HashMap<>())
                .put(
                    new ChunkId(progress.getTableIndex(), progress.getEpoch(), progress.getChunk()),
                    progress);
        default -> {
          return true;
        }
      }
      version++;
      notifyAll();
    }
    return true;
  }

  /** What is in a table's own state need not be told by the progress of its chunks. */
  private void forgetChunks(TableState table) {
    Map<ChunkId, ChunkProgress> open = chunks.get(table.getMigrationId());
    if (open != null) {
      open.keySet()
          .removeIf(
              chunk ->
                  chunk.table() == table.getTableIndex()
                      && (chunk.epoch() != table.getEpoch()
                          || table.getState() != TableRunState.MIGRATING
                          || table.getFinished().stream()
                              .anyMatch(
                                  range ->
                                      range.getFirst() <= chunk.chunk()
                                          && chunk.chunk() <= range.getLast())));
    }
  }

  @Override
  public void close() {
    closed = true;
    synchronized (this) {
      notifyAll();
    }
    consumer.wakeup();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
