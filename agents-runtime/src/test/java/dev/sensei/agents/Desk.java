package dev.sensei.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.common.DatabaseReference;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.state.Drain;
import dev.sensei.schemas.state.MigrationState;
import dev.sensei.schemas.state.TableState;
import dev.sensei.schemas.task.ReleaseTarget;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Hands out tasks and collects what agents answer, in the orchestrator's place. */
final class Desk implements AutoCloseable {
  private final RecordSerde serde;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> answers;
  private final List<ConsumerRecord<byte[], byte[]>> answered = new ArrayList<>();

  Desk(String kafka) {
    serde = OnPlatform.serde();
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    answers =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka, "enable.auto.commit", false),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        IntStream.range(0, Topics.MIGRATION_PARTITIONS)
            .boxed()
            .flatMap(
                number ->
                    java.util.stream.Stream.of(
                        new TopicPartition(Topics.REPORTS, number),
                        new TopicPartition(Topics.DEAD_LETTERS, number)))
            .toList();
    answers.assign(partitions);
    answers.seekToEnd(partitions);
    partitions.forEach(answers::position);
  }

  static String newMigration() {
    return "m-" + UUID.randomUUID();
  }

  static DatabaseReference database() {
    return DatabaseReference.newBuilder().setUri("postgresql://app@127.0.0.1:5432/app").build();
  }

  static ReleaseTarget task(String migrationId, String taskId) {
    return ReleaseTarget.newBuilder()
        .setMigrationId(migrationId)
        .setTaskId(taskId)
        .setAttempt(1)
        .setSource(database())
        .setTarget(database())
        .setPlanDigest("digest")
        .build();
  }

  void issue(Topics.Agent agent, String migrationId, SpecificRecord task) {
    write(agent.taskTopic(), 0, migrationId, serde.write(agent.taskTopic(), task), task);
  }

  void issueBytes(Topics.Agent agent, String migrationId, byte[] bytes) {
    write(agent.taskTopic(), 0, migrationId, bytes, task(migrationId, "unreadable"));
  }

  /** A migration's state with this place in its life, and nothing else of interest. */
  static MigrationState state(String migrationId, LifecycleState where) {
    MigrationState state = new MigrationState();
    fill(state);
    state.put("migrationId", migrationId);
    state.put("state", where);
    state.put("drain", Drain.NONE);
    return state;
  }

  /** A table's state with this epoch, and nothing else of interest. */
  static TableState table(String migrationId, int tableIndex, int epoch) {
    TableState state = new TableState();
    fill(state);
    state.put("migrationId", migrationId);
    state.put("tableIndex", tableIndex);
    state.put("epoch", epoch);
    return state;
  }

  private static void fill(SpecificRecord filled) {
    for (Schema.Field field : filled.getSchema().getFields()) {
      Schema schema = field.schema();
      switch (schema.getType()) {
        case STRING -> filled.put(field.pos(), "");
        case INT -> filled.put(field.pos(), 0);
        case LONG -> filled.put(field.pos(), 0L);
        case DOUBLE -> filled.put(field.pos(), 0.0);
        case BOOLEAN -> filled.put(field.pos(), false);
        case ARRAY -> filled.put(field.pos(), List.of());
        case ENUM -> filled.put(field.pos(), SpecificData.get().createEnum("UNKNOWN", schema));
        case RECORD -> {
          SpecificRecord inner =
              (SpecificRecord)
                  SpecificData.newInstance(SpecificData.get().getClass(schema), schema);
          fill(inner);
          filled.put(field.pos(), inner);
        }
        case UNION -> assertThat(schema.isNullable()).isTrue();
        case BYTES, FIXED, FLOAT, MAP, NULL ->
            throw new IllegalStateException("a state has no field of type " + schema.getType());
      }
    }
  }

  void issueState(String migrationId, SpecificRecord state) {
    write(
        Topics.STATE,
        Topics.partitionOf(migrationId),
        migrationId,
        serde.write(Topics.STATE, state),
        state);
  }

  private void write(
      String topic, int partition, String migrationId, byte[] value, SpecificRecord described) {
    ProducerRecord<byte[], byte[]> written =
        new ProducerRecord<>(topic, partition, migrationId.getBytes(StandardCharsets.UTF_8), value);
    RecordHeaders.describe(
        written.headers(),
        UUID.randomUUID().toString(),
        "test",
        described.getSchema().getFullName(),
        Instant.now(),
        migrationId);
    try {
      producer.send(written).get();
    } catch (InterruptedException | ExecutionException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** All reports of a type on a migration so far. */
  <T extends SpecificRecord> List<T> reports(Class<T> type, String migrationId) {
    poll();
    return answered.stream()
        .filter(answer -> answer.topic().equals(Topics.REPORTS))
        .filter(answer -> isOf(migrationId, answer))
        .map(answer -> serde.read(answer.topic(), answer.value()))
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  /** Why records of a migration are among the dead letters. */
  List<String> deathReasons(String migrationId) {
    poll();
    return answered.stream()
        .filter(answer -> answer.topic().equals(Topics.DEAD_LETTERS))
        .filter(answer -> isOf(migrationId, answer))
        .flatMap(answer -> RecordHeaders.deathReason(answer.headers()).stream())
        .toList();
  }

  private void poll() {
    answers.poll(Duration.ofMillis(100)).forEach(answered::add);
  }

  private static boolean isOf(String migrationId, ConsumerRecord<byte[], byte[]> answer) {
    return RecordHeaders.migration(answer.headers()).filter(migrationId::equals).isPresent();
  }

  @Override
  public void close() {
    producer.close();
    answers.close();
    serde.close();
  }
}
