package dev.sensei.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sensei.orchestrator.audit.Comparison;
import dev.sensei.orchestrator.audit.JournalAudit;
import dev.sensei.orchestrator.audit.Verification;
import dev.sensei.orchestrator.codec.AvroCodec;
import dev.sensei.orchestrator.fold.Command;
import dev.sensei.orchestrator.fold.DatabaseReference;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.ExistingRows;
import dev.sensei.orchestrator.fold.LifecycleState;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.MigrationState;
import dev.sensei.orchestrator.fold.Options;
import dev.sensei.orchestrator.fold.RowHash;
import dev.sensei.orchestrator.projection.ControlDatabase;
import dev.sensei.orchestrator.projection.LiveReports;
import dev.sensei.orchestrator.projection.ProjectionService;
import dev.sensei.platform.LocalPlatform;
import dev.sensei.platform.PlatformSettings;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.TopicSpec;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrchestratorServiceTest {
  private static final MigrationId ID = new MigrationId("shop-1");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int CHANGED_RECORD = 7;
  private static final String DUMP =
      """
      SELECT (to_jsonb(c) - 'id' - 'worker_id')::text FROM migration_control c
      UNION ALL SELECT to_jsonb(m)::text FROM migration m
      UNION ALL SELECT to_jsonb(t)::text FROM table_run t
      UNION ALL SELECT to_jsonb(o)::text FROM projection_offset o
      ORDER BY 1
      """;

  @TempDir private Path directory;

  private static OrchestratorSettings settings(LocalPlatform platform, Path state) {
    PostgresServer.Endpoint control = platform.controlDatabase();
    return OrchestratorSettings.of(
            platform.bootstrapServers(), platform.registryUrl(), state, control(control), "test")
        .withHealthPort(0);
  }

  private static ControlDatabase.Settings control(PostgresServer.Endpoint endpoint) {
    return ControlDatabase.Settings.of(endpoint.jdbcUrl(), endpoint.user(), endpoint.password());
  }

  private static Command.CreateMigration create() {
    return new Command.CreateMigration(
        ID,
        new DatabaseReference("postgresql://ada:secret@source/shop", Optional.empty()),
        new DatabaseReference("postgresql://ada@target/shop", Optional.empty()),
        new Options(
            CHUNK_ROWS,
            0,
            0,
            100,
            ExistingRows.REFUSE,
            RowHash.FAST,
            List.of(),
            List.of(),
            0.95,
            0.8,
            3,
            60_000,
            2,
            2,
            List.of(),
            false,
            List.of(),
            List.of(),
            List.of(),
            0,
            100,
            Optional.empty()),
        "ada");
  }

  private static final long CHUNK_ROWS = FakeAgents.CHUNK_ROWS;

  @Test
  void aMigrationIsCertifiedAcrossARestartAndItsJournalProvesIt() throws Exception {
    List<TopicSpec> topics =
        Topics.all().stream()
            .map(topic -> new TopicSpec(topic.name(), topic.partitions(), topic.configuration()))
            .toList();
    try (LocalPlatform platform =
            LocalPlatform.start(
                PlatformSettings.in(directory.resolve("platform"))
                    .withTopics(topics)
                    .closedByCaller());
        RecordSerde serde = RecordSerde.on(platform.registryUrl());
        FakeAgents agents = new FakeAgents(platform.bootstrapServers(), serde, 3);
        ControlDatabase database = ControlDatabase.open(control(platform.controlDatabase()))) {
      Path state = directory.resolve("state");
      try (OrchestratorService service = OrchestratorService.start(settings(platform, state))) {
        service.ready().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(health(service)).contains("\"ready\":true");
        agents.sendRaw(Topics.COMMANDS, ID, "nonsense", new byte[] {1, 2, 3});
        agents.send(create());
        agents.send(new Command.StartMigration(ID, "ada"));
        awaitState(database, "awaiting_approval");
        agents.send(new Command.ApprovePlan(ID, "plan", "grace", false));
        await().atMost(PATIENCE).until(() -> agents.chunksCopied() == 3);
        assertThat(service.counts()).containsEntry("dead_letters", 1L);
      }
      agents.allowAllChunks();
      try (OrchestratorService service = OrchestratorService.start(settings(platform, state))) {
        service.ready().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        awaitState(database, "certified");
        assertThat(service.counts()).doesNotContainKey("thread_failures");
      }
      assertThat(deathReasons(platform)).singleElement().asString().contains("decoded");
      journalGivesTheLiveState(platform);
      rowsTellTheMigration(database);
      filledAgainTheRowsAreTheSame(platform, database, serde);
      aChangedRecordIsNamed(platform);
    }
  }

  private static void awaitState(ControlDatabase database, String state) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(column(database, "SELECT state FROM migration")).containsExactly(state));
  }

  private static void journalGivesTheLiveState(LocalPlatform platform) {
    try (JournalAudit audit =
        JournalAudit.on(platform.bootstrapServers(), platform.registryUrl(), PATIENCE)) {
      Comparison comparison = audit.compareWithLive(ID.value());
      assertThat(comparison.differences()).isEmpty();
      assertThat(comparison.states()).isEqualTo(1 + FakeAgents.TABLES);
      assertThat(audit.verify(ID.value()))
          .isInstanceOfSatisfying(
              Verification.Intact.class,
              intact -> assertThat(intact.records()).isEqualTo(comparison.sequence()));
      assertThat(audit.stateAt(ID.value(), 1).migration())
          .map(MigrationState::state)
          .contains(LifecycleState.CREATED);
      assertThat(audit.verify("nobody")).isInstanceOf(Verification.Nothing.class);
      List<String> lines = new ArrayList<>();
      audit.log(ID.value(), lines::add);
      assertThat(lines).hasSize((int) comparison.sequence());
      assertThat(lines.getFirst()).contains("MigrationCreated").contains("requestedBy=ada");
    }
  }

  private static void rowsTellTheMigration(ControlDatabase database) throws SQLException {
    assertThat(
            column(
                database,
                "SELECT status || ' ' || count(*) || ' ' || sum(records_processed)"
                    + " FROM migration_control WHERE operation LIKE 'batch_migration%'"
                    + " GROUP BY status"))
        .containsExactly("completed 12 12000");
    assertThat(
            column(
                database, "SELECT DISTINCT status FROM migration_control WHERE migration_id <> ''"))
        .containsExactly("completed");
    assertThat(column(database, "SELECT source FROM migration"))
        .containsExactly("postgresql://ada@source/shop");
    assertThat(column(database, "SELECT DISTINCT state || state_id FROM table_run"))
        .containsExactly("done10");
    assertThat(column(database, "SELECT reason FROM projection_error")).isEmpty();
    LiveReports.assertAllRun(database);
  }

  private static void filledAgainTheRowsAreTheSame(
      LocalPlatform platform, ControlDatabase database, RecordSerde serde) throws SQLException {
    List<String> before = column(database, DUMP);
    ProjectionService.empty(database);
    try (ProjectionService projection =
        ProjectionService.start(
            database,
            serde,
            written -> AvroCodec.fromAvro(Event.class, written).orElseThrow(),
            ProjectionService.Settings.of(platform.bootstrapServers()))) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(column(database, DUMP)).isEqualTo(before));
      assertThat(projection.skipped()).isZero();
    }
  }

  /** Writes the journal anew with one byte of one record changed, as no client could in place. */
  private static void aChangedRecordIsNamed(LocalPlatform platform)
      throws ExecutionException, InterruptedException {
    int partition = Topics.partitionOf(ID.value());
    List<ConsumerRecord<byte[], byte[]>> records =
        read(platform, new TopicPartition(Topics.JOURNAL, partition));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
      admin.deleteTopics(List.of(Topics.JOURNAL)).all().get();
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsMatching(failed -> failed.getCause() instanceof TopicExistsException)
          .untilAsserted(
              () ->
                  admin
                      .createTopics(
                          List.of(
                              new NewTopic(Topics.JOURNAL, Topics.MIGRATION_PARTITIONS, (short) 1)))
                      .all()
                      .get());
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", platform.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (ConsumerRecord<byte[], byte[]> written : records) {
        byte[] value = written.value().clone();
        if (RecordHeaders.sequence(written.headers()).orElseThrow() == CHANGED_RECORD) {
          value[value.length - 1] ^= 2;
        }
        producer
            .send(
                new ProducerRecord<>(
                    Topics.JOURNAL, partition, written.key(), value, written.headers()))
            .get();
      }
    }
    try (JournalAudit audit =
        JournalAudit.on(platform.bootstrapServers(), platform.registryUrl(), PATIENCE)) {
      assertThat(audit.verify(ID.value()))
          .isInstanceOfSatisfying(
              Verification.Broken.class,
              broken -> {
                assertThat(broken.sequence()).isEqualTo(CHANGED_RECORD);
                assertThat(broken.offset()).isEqualTo(CHANGED_RECORD - 1);
                assertThat(broken.check()).isEqualTo(Verification.Check.HASH);
              });
    }
  }

  private static List<Optional<String>> deathReasons(LocalPlatform platform) {
    return read(platform, new TopicPartition(Topics.DEAD_LETTERS, Topics.partitionOf(ID.value())))
        .stream()
        .map(dead -> RecordHeaders.deathReason(dead.headers()))
        .toList();
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(
      LocalPlatform platform, TopicPartition partition) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                platform.bootstrapServers(),
                "isolation.level",
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private static List<String> column(ControlDatabase database, String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(String.valueOf(rows.getString(1)));
      }
    }
    return values;
  }

  private static String health(OrchestratorService service)
      throws IOException, InterruptedException {
    URI uri =
        URI.create("http://127.0.0.1:%d/health".formatted(service.healthPort().orElseThrow()));
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
