package dev.sensei.agents;

import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.RegistryAwayException;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.report.TaskHeartbeat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what an agent has to say: reports and dead letters so that Kafka has them when the call
 * returns, heartbeats and progress as they come.
 */
final class ReportSender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReportSender.class);

  /** A plan's document may be large; a topic's own limit is on the compressed size. */
  private static final int MOST_BYTES_IN_A_REPORT = 32 * 1024 * 1024;

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final AgentSettings settings;
  private final RecordSerde serde;
  private final RecordSerde hastySerde;
  private final Reachability reachability;
  private final Stopping stopping;
  private final KafkaProducer<byte[], byte[]> reliable;
  private final KafkaProducer<byte[], byte[]> hasty;

  ReportSender(
      AgentSettings settings, RecordSerde serde, Reachability reachability, Stopping stopping) {
    this.settings = settings;
    this.serde = serde.withPatience(settings.reportTimeout());
    this.hastySerde = serde.withPatience(Duration.ZERO);
    this.reachability = reachability;
    this.stopping = stopping;
    reliable =
        producer(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                settings.kafka(),
                ProducerConfig.CLIENT_ID_CONFIG,
                settings.clientId("reports"),
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.LINGER_MS_CONFIG,
                0,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                5_000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                10_000,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                5_000,
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                MOST_BYTES_IN_A_REPORT,
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "gzip"));
    hasty =
        producer(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.kafka(),
                ProducerConfig.CLIENT_ID_CONFIG, settings.clientId("progress"),
                ProducerConfig.ACKS_CONFIG, "1",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false,
                ProducerConfig.RETRIES_CONFIG, 0,
                ProducerConfig.LINGER_MS_CONFIG, 0,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2_000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 3_000,
                ProducerConfig.MAX_BLOCK_MS_CONFIG, 100));
  }

  /**
   * Sends reports and waits until Kafka has them. The last comes after all the others; among those
   * some may be repeated.
   *
   * @param cause the id of the task's record
   */
  void report(String migrationId, Optional<String> cause, List<? extends SpecificRecord> reports)
      throws TaskFailure, TaskReleasedException {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(reports.size());
    for (SpecificRecord report : reports) {
      byte[] value = bytes(report);
      records.add(described(Topics.REPORTS, migrationId, cause, report, value));
    }
    send(records);
  }

  private byte[] bytes(SpecificRecord report) throws TaskReleasedException {
    try {
      return serde.write(Topics.REPORTS, report);
    } catch (RegistryAwayException away) {
      throw new TaskReleasedException("the schema registry does not answer");
    } catch (InterruptException interrupted) {
      Thread.currentThread().interrupt();
      throw new TaskReleasedException("the agent stops before the schema registry answers");
    }
  }

  /** Puts a record among the dead letters and waits until Kafka has it. */
  void bury(ConsumerRecord<byte[], byte[]> dead, String reason)
      throws TaskFailure, TaskReleasedException {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(Topics.DEAD_LETTERS, dead.key(), dead.value());
    for (Header header : dead.headers()) {
      letter.headers().add(header);
    }
    RecordHeaders.deadBecause(
        letter.headers(),
        "%s-%d offset %d: %s".formatted(dead.topic(), dead.partition(), dead.offset(), reason));
    send(List.of(letter));
  }

  /**
   * Asks Kafka where reports go, so that the first sign of life does not wait for the answer longer
   * than it may. Waits as long as a sign of life does, whether the answer comes or not.
   */
  void connect() {
    try {
      hasty.partitionsFor(Topics.REPORTS);
    } catch (InterruptException interrupted) {
      Thread.currentThread().interrupt();
    } catch (KafkaException late) {
      LOG.debug("{}: Kafka has not said yet where reports go", settings.name());
    }
  }

  /** Says that a task is in work, if that is possible right now. */
  void heartbeat(TaskIdentity task) {
    mention(
        Topics.REPORTS,
        task.migrationId(),
        TaskHeartbeat.newBuilder()
            .setMigrationId(task.migrationId())
            .setTaskId(task.taskId())
            .setAttempt(task.attempt())
            .setAgent(settings.name())
            .build());
  }

  /** Sends a sign of life or of progress if that is possible right now. */
  void mention(String topic, String migrationId, SpecificRecord mentioned) {
    try {
      // Nothing waits for it, so nothing is done where it does not arrive: the next one will.
      Future<RecordMetadata> ignored =
          hasty.send(
              described(
                  topic,
                  migrationId,
                  Optional.empty(),
                  mentioned,
                  hastySerde.write(topic, mentioned)));
      assert ignored != null;
    } catch (InterruptException interrupted) {
      Thread.currentThread().interrupt();
    } catch (SerializationException | RegistryAwayException unregistered) {
      LOG.debug("{} could not be written", mentioned.getSchema().getFullName());
    } catch (KafkaException unsent) {
      reachability.lost();
    }
  }

  private void send(List<ProducerRecord<byte[], byte[]>> records)
      throws TaskFailure, TaskReleasedException {
    long deadline = System.nanoTime() + settings.reportTimeout().toNanos();
    try {
      int acknowledged = 0;
      while (acknowledged < records.size()) {
        // The last tells that the others are there, and goes when they are: while Kafka comes back,
        // what was sent first may be given up, and what was sent later arrive.
        int end = Math.max(acknowledged + 1, records.size() - 1);
        acknowledged += acknowledged(records.subList(acknowledged, end));
        if (acknowledged == end) {
          continue;
        }
        reachability.lost();
        if (System.nanoTime() - deadline > 0) {
          throw new TaskFailure(
              FailureClass.TRANSIENT,
              "REPORT_UNDELIVERED",
              "expected Kafka to take a report within %s, it did not answer"
                  .formatted(settings.reportTimeout()));
        }
        if (stopping.within(BETWEEN_TRIES)) {
          throw new TaskReleasedException("the agent stops and Kafka does not answer");
        }
      }
      reachability.found();
    } catch (InterruptedException | InterruptException interrupted) {
      Thread.currentThread().interrupt();
      throw new TaskReleasedException("the agent stops before Kafka took a report");
    }
  }

  /** Sends records and counts how many from the first on Kafka has acknowledged. */
  private int acknowledged(List<ProducerRecord<byte[], byte[]>> records)
      throws TaskFailure, InterruptedException {
    List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
    for (ProducerRecord<byte[], byte[]> each : records) {
      sent.add(reliable.send(each));
    }
    int acknowledged = 0;
    for (Future<RecordMetadata> each : sent) {
      try {
        each.get();
      } catch (ExecutionException failed) {
        if (failed.getCause() instanceof RetriableException) {
          return acknowledged;
        }
        throw refused(failed.getCause());
      }
      acknowledged++;
    }
    return acknowledged;
  }

  private static TaskFailure refused(@Nullable Throwable cause) {
    return new TaskFailure(
        FailureClass.INTERNAL,
        "REPORT_REFUSED",
        "expected Kafka to take a report, it refused with "
            + (cause == null ? "no reason" : cause.getClass().getSimpleName()));
  }

  private ProducerRecord<byte[], byte[]> described(
      String topic,
      String migrationId,
      Optional<String> cause,
      SpecificRecord report,
      byte[] value) {
    ProducerRecord<byte[], byte[]> described =
        new ProducerRecord<>(
            topic,
            Topics.partitionOf(migrationId),
            migrationId.getBytes(StandardCharsets.UTF_8),
            value);
    RecordHeaders.describe(
        described.headers(),
        UUID.randomUUID().toString(),
        "sensei/agents/" + settings.agent().id(),
        report.getSchema().getFullName(),
        Instant.now(),
        migrationId);
    cause.ifPresent(id -> RecordHeaders.causedBy(described.headers(), id));
    return described;
  }

  private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> configuration) {
    return new KafkaProducer<>(configuration, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public void close() {
    hasty.close(Duration.ZERO);
    reliable.close(CLOSE);
  }
}
