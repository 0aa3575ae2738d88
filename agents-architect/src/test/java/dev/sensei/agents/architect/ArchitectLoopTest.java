package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sensei.agents.AgentService;
import dev.sensei.agents.AgentSettings;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.platform.LocalPlatform;
import dev.sensei.platform.PlatformSettings;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.platform.TopicSpec;
import dev.sensei.schemas.JournalHash;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.common.DatabaseReference;
import dev.sensei.schemas.event.AnalysisCompleted;
import dev.sensei.schemas.event.CatalogDescribed;
import dev.sensei.schemas.event.TableDescribed;
import dev.sensei.schemas.report.PlanCompleted;
import dev.sensei.schemas.report.TablePlanned;
import dev.sensei.schemas.task.PlanMigration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Architect as a service: a task on its topic, catalogs in the journal, a plan in reports. */
class ArchitectLoopTest {
  private static final String MIGRATION = "m1";

  @Test
  void aTaskOnTheTopicComesBackAsAPlan(@TempDir Path directory) throws Exception {
    List<TopicSpec> topics =
        Topics.all().stream()
            .map(topic -> new TopicSpec(topic.name(), topic.partitions(), topic.configuration()))
            .toList();
    try (LocalPlatform platform =
            LocalPlatform.start(
                PlatformSettings.in(directory.resolve("platform"))
                    .withTopics(topics)
                    .closedByCaller());
        PostgresServer server =
            PostgresServer.start(PostgresSettings.in(directory.resolve("databases")));
        RecordSerde serde = RecordSerde.on(platform.registryUrl())) {
      PostgresServer.Endpoint source =
          Databases.database(
              server,
              "source",
              "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a);");
      PostgresServer.Endpoint target = server.createDatabase("target");
      PlanInput input = Databases.input(source, target, Databases.OPTIONS);
      try (AgentService architect =
          AgentService.start(
              AgentSettings.defaults(Topics.Agent.ARCHITECT)
                  .on(platform.bootstrapServers(), platform.registryUrl()),
              DatabaseAccess.withPasswords(Map.of(target.uri(), target.password())),
              ArchitectHandler::new)) {
        architect.ready().join();
        describe(platform, serde, input);
        List<SpecificRecord> reports = reports(platform, serde);
        assertThat(reports).hasSize(3);
        assertThat(((TablePlanned) reports.getFirst()).getTable()).isEqualTo("public.a");
        PlanCompleted completed = (PlanCompleted) reports.getLast();
        assertThat(completed.getPhases()).isEqualTo(2);
        assertThat(completed.getPlanDigest())
            .isEqualTo(
                PlanJson.digest(
                    PlanJson.write(((PlanOutcome.Planned) Planner.plan(input)).migration())));
      }
    }
  }

  private static void describe(LocalPlatform platform, RecordSerde serde, PlanInput input)
      throws Exception {
    List<SpecificRecord> events = new ArrayList<>();
    input
        .source()
        .tables()
        .forEach(
            table ->
                events.add(
                    new TableDescribed(
                        MIGRATION,
                        1,
                        1,
                        table.name().toString(),
                        table.size().rows(),
                        table.size().totalBytes(),
                        table.columns().size(),
                        CatalogJson.write(table))));
    events.add(
        new CatalogDescribed(
            MIGRATION, 1, 1, "source", CatalogJson.write(input.source().withTables(List.of()))));
    events.add(new CatalogDescribed(MIGRATION, 1, 1, "target", CatalogJson.write(input.target())));
    events.add(new AnalysisCompleted(MIGRATION, 1, 1, 2, 0L, 0L, input.catalogDigest()));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", platform.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      String head = JournalHash.GENESIS;
      for (int at = 0; at < events.size(); at++) {
        Instant time = Instant.ofEpochMilli(1_000L * at);
        String hash = JournalHash.of(at + 1L, time, head, events.get(at));
        ProducerRecord<byte[], byte[]> record =
            record(serde, Topics.JOURNAL, Topics.partitionOf(MIGRATION), events.get(at), time);
        RecordHeaders.chain(record.headers(), at + 1L, head, hash);
        producer.send(record).get();
        head = hash;
      }
      String topic = Topics.Agent.ARCHITECT.taskTopic();
      producer.send(record(serde, topic, 0, task(input), Instant.now())).get();
    }
  }

  private static PlanMigration task(PlanInput input) {
    return PlanMigration.newBuilder()
        .setMigrationId(MIGRATION)
        .setTaskId("plan-1")
        .setAttempt(1)
        .setPlan(1)
        .setAnalysis(1)
        .setAnalysisAttempt(1)
        .setSource(DatabaseReference.newBuilder().setUri(input.sourceUri()).build())
        .setTarget(DatabaseReference.newBuilder().setUri(input.targetUri()).build())
        .setOptions(input.options())
        .build();
  }

  private static ProducerRecord<byte[], byte[]> record(
      RecordSerde serde, String topic, int partition, SpecificRecord value, Instant time) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic,
            partition,
            MIGRATION.getBytes(StandardCharsets.UTF_8),
            serde.write(topic, value));
    RecordHeaders.describe(
        record.headers(),
        UUID.randomUUID().toString(),
        "test",
        value.getSchema().getFullName(),
        time,
        MIGRATION);
    return record;
  }

  /** Everything reported up to the completed plan, signs of life left out. */
  private static List<SpecificRecord> reports(LocalPlatform platform, RecordSerde serde) {
    List<SpecificRecord> reports = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", platform.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(Topics.REPORTS, Topics.partitionOf(MIGRATION));
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                consumer
                    .poll(Duration.ofMillis(100))
                    .forEach(
                        answer -> {
                          SpecificRecord report = serde.read(answer.topic(), answer.value());
                          if (report instanceof TablePlanned || report instanceof PlanCompleted) {
                            reports.add(report);
                          }
                        });
                return !reports.isEmpty() && reports.getLast() instanceof PlanCompleted;
              });
    }
    return reports;
  }
}
