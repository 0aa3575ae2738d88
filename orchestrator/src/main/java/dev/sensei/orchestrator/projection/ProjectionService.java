package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.Event;
import dev.sensei.schemas.CommittedConsumer;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the journal and applies it to the control database, exactly once: the rows of a batch of
 * records and the offsets behind them are one transaction. A record that cannot be applied is left
 * out with its reason, and the others go on. Where the database or Kafka does not answer, it waits
 * and tries again.
 */
public final class ProjectionService implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ProjectionService.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final String TABLES =
      "migration_control, migration, table_run, row_deviation, agent, projection_offset,"
          + " projection_error";

  private final ControlDatabase database;
  private final RecordSerde serde;
  private final Function<SpecificRecord, Event> decode;
  private final Settings settings;
  private final Consumer<byte[], byte[]> consumer;
  private final Thread thread;
  private final AtomicLong applied = new AtomicLong();
  private final AtomicLong skipped = new AtomicLong();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean closing;

  /**
   * How the projection reads.
   *
   * @param bootstrapServers Kafka's
   * @param batchRecords records in a transaction, at most
   * @param retryDelay how long to wait after a failure
   * @param closeTimeout how long closing may take
   */
  public record Settings(
      String bootstrapServers, int batchRecords, Duration retryDelay, Duration closeTimeout) {
    /** The defaults: 500 records, half a second, ten seconds. */
    public static Settings of(String bootstrapServers) {
      return new Settings(bootstrapServers, 500, Duration.ofMillis(500), Duration.ofSeconds(10));
    }
  }

  private ProjectionService(
      ControlDatabase database,
      RecordSerde serde,
      Function<SpecificRecord, Event> decode,
      Settings settings) {
    this.database = database;
    this.serde = serde;
    this.decode = decode;
    this.settings = settings;
    consumer =
        new CommittedConsumer(
            settings.bootstrapServers(),
            Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batchRecords()));
    thread = Thread.ofPlatform().daemon().name("projection").unstarted(this::run);
  }

  /**
   * Starts reading where the control database says it stopped.
   *
   * @param decode turns a record of the journal into an event; throws IllegalArgumentException
   *     where it is none
   */
  public static ProjectionService start(
      ControlDatabase database,
      RecordSerde serde,
      Function<SpecificRecord, Event> decode,
      Settings settings) {
    ProjectionService service = new ProjectionService(database, serde, decode, settings);
    service.thread.start();
    return service;
  }

  /** Empties every table of the projection; the next start fills them from the journal. */
  public static void empty(ControlDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("TRUNCATE " + TABLES + " RESTART IDENTITY");
    }
  }

  /** Records applied since the start. */
  public long applied() {
    return applied.get();
  }

  /** Records left out since the start. */
  public long skipped() {
    return skipped.get();
  }

  private void run() {
    while (!closing) {
      try (Connection connection = database.connect()) {
        connection.setAutoCommit(false);
        seek(connection);
        while (!closing) {
          project(connection, consumer.poll(POLL));
        }
      } catch (WakeupException closed) {
        log.debug("The projection is told to stop");
      } catch (SQLException | RuntimeException failed) {
        log.warn("The projection waits and tries again: {}", reason(failed));
        pause();
      }
    }
  }

  private void pause() {
    try {
      if (stopped.await(settings.retryDelay().toMillis(), TimeUnit.MILLISECONDS)) {
        log.debug("The projection is told to stop while it waits");
      }
    } catch (InterruptedException interrupted) {
      closing = true;
      Thread.currentThread().interrupt();
    }
  }

  private void seek(Connection connection) throws SQLException {
    List<TopicPartition> partitions =
        consumer.partitionsFor(Topics.JOURNAL).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, Long> next = new HashMap<>();
    try (PreparedStatement read =
        connection.prepareStatement(
            "SELECT partition, next_offset FROM projection_offset WHERE topic = ?"); ) {
      read.setString(1, Topics.JOURNAL);
      try (ResultSet rows = read.executeQuery()) {
        while (rows.next()) {
          next.put(new TopicPartition(Topics.JOURNAL, rows.getInt(1)), rows.getLong(2));
        }
      }
    }
    connection.commit();
    boolean anotherJournal =
        next.entrySet().stream()
            .anyMatch(known -> known.getValue() > ends.getOrDefault(known.getKey(), 0L));
    if (anotherJournal) {
      log.warn("The control database is ahead of the journal: it is filled again from the journal");
      try (Statement statement = connection.createStatement()) {
        statement.execute("TRUNCATE " + TABLES + " RESTART IDENTITY");
      }
      connection.commit();
      next.clear();
    }
    partitions.forEach(partition -> consumer.seek(partition, next.getOrDefault(partition, 0L)));
  }

  private void project(Connection connection, ConsumerRecords<byte[], byte[]> batch)
      throws SQLException {
    if (batch.isEmpty()) {
      return;
    }
    try {
      long changed = 0;
      for (ConsumerRecord<byte[], byte[]> consumed : batch) {
        changed += project(connection, consumed) ? 1 : 0;
      }
      connection.commit();
      applied.addAndGet(changed);
    } catch (SQLException | IllegalArgumentException | SerializationException failed) {
      connection.rollback();
      log.debug("A batch of {} records is applied one by one", batch.count());
      projectOneByOne(connection, batch);
    }
  }

  private void projectOneByOne(Connection connection, ConsumerRecords<byte[], byte[]> batch)
      throws SQLException {
    for (ConsumerRecord<byte[], byte[]> consumed : batch) {
      try {
        boolean changed = project(connection, consumed);
        connection.commit();
        applied.addAndGet(changed ? 1 : 0);
      } catch (IllegalArgumentException | SerializationException unreadable) {
        skip(connection, consumed, unreadable);
      } catch (SQLException refused) {
        if (!isAboutTheRecord(refused)) {
          throw refused;
        }
        skip(connection, consumed, refused);
      }
    }
  }

  private boolean project(Connection connection, ConsumerRecord<byte[], byte[]> consumed)
      throws SQLException {
    JournalRecord journal = JournalRecord.read(serde, consumed);
    return new JournalProjection(connection)
        .apply(
            new JournalEntry(
                consumed.topic(),
                consumed.partition(),
                consumed.offset(),
                journal.sequence(),
                journal.time(),
                journal.hash(),
                decode.apply(journal.event())));
  }

  private void skip(Connection connection, ConsumerRecord<byte[], byte[]> consumed, Exception cause)
      throws SQLException {
    connection.rollback();
    String reason = reason(cause);
    log.error(
        "The record at {}-{} offset {} is left out of the projection: {}",
        consumed.topic(),
        consumed.partition(),
        consumed.offset(),
        reason);
    new JournalProjection(connection)
        .skip(consumed.topic(), consumed.partition(), consumed.offset(), reason);
    connection.commit();
    skipped.incrementAndGet();
  }

  /** Data exceptions and broken constraints; all else is the database's own trouble. */
  private static boolean isAboutTheRecord(SQLException refused) {
    String state = refused.getSQLState();
    return state != null && (state.startsWith("22") || state.startsWith("23"));
  }

  /** A server's message may quote values, its SQLSTATE does not. */
  private static String reason(Exception failed) {
    return failed instanceof SQLException refused
        ? "SQLSTATE " + refused.getSQLState()
        : String.valueOf(failed.getMessage());
  }

  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    stopped.countDown();
    try {
      if (!thread.join(settings.closeTimeout())) {
        log.warn("The projection did not stop within {}", settings.closeTimeout());
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    consumer.close();
  }
}
