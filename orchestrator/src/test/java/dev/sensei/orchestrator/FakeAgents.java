package dev.sensei.orchestrator;

import dev.sensei.orchestrator.codec.AvroCodec;
import dev.sensei.orchestrator.fold.CheckOutcome;
import dev.sensei.orchestrator.fold.ChunkEvidence;
import dev.sensei.orchestrator.fold.Command;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.Perspective;
import dev.sensei.orchestrator.fold.PerspectiveResult;
import dev.sensei.orchestrator.fold.Report;
import dev.sensei.orchestrator.fold.SnapshotEvidence;
import dev.sensei.orchestrator.fold.TableEvidence;
import dev.sensei.orchestrator.fold.Task;
import dev.sensei.orchestrator.fold.TaskId;
import dev.sensei.orchestrator.fold.Verdict;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Answers every task at once with a plausible report, each report twice; and sends commands. */
final class FakeAgents implements AutoCloseable {
  static final int TABLES = 3;
  static final int CHUNKS = 4;
  static final long CHUNK_ROWS = 1_000;
  private static final String WHO = "worker@host/1";

  private final RecordSerde serde;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Thread thread;
  private final AtomicInteger chunksCopied = new AtomicInteger();
  private volatile int chunksAllowed;
  private final List<Task.CopyChunk> held = new ArrayList<>();

  FakeAgents(String bootstrapServers, RecordSerde serde, int chunksAllowed) {
    this.serde = serde;
    this.chunksAllowed = chunksAllowed;
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "isolation.level",
                "read_committed",
                "enable.auto.commit",
                false),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    List<TopicPartition> tasks =
        Stream.of(Topics.Agent.values())
            .map(agent -> new TopicPartition(agent.taskTopic(), 0))
            .toList();
    consumer.assign(tasks);
    consumer.seekToBeginning(tasks);
    thread = Thread.ofVirtual().name("fake-agents").start(this::run);
  }

  int chunksCopied() {
    return chunksCopied.get();
  }

  void allowAllChunks() {
    chunksAllowed = Integer.MAX_VALUE;
  }

  void send(Command command) {
    send(Topics.COMMANDS, command.migrationId(), AvroCodec.toAvro((Record) command));
  }

  void send(String topic, MigrationId migration, SpecificRecord written) {
    sendRaw(topic, migration, written.getSchema().getFullName(), serde.write(topic, written));
  }

  void sendRaw(String topic, MigrationId migration, String type, byte[] value) {
    ProducerRecord<byte[], byte[]> sent =
        new ProducerRecord<>(
            topic,
            Topics.partitionOf(migration.value()),
            migration.value().getBytes(StandardCharsets.UTF_8),
            value);
    RecordHeaders.describe(
        sent.headers(),
        UUID.randomUUID().toString(),
        "test",
        type,
        Instant.now(),
        migration.value());
    var _ = producer.send(sent);
  }

  private void run() {
    try {
      while (true) {
        for (ConsumerRecord<byte[], byte[]> consumed : consumer.poll(Duration.ofMillis(50))) {
          Task task =
              AvroCodec.fromAvro(Task.class, serde.read(consumed.topic(), consumed.value()))
                  .orElseThrow();
          if (task instanceof Task.CopyChunk copy) {
            held.add(copy);
          } else {
            answer(task);
          }
        }
        while (!held.isEmpty() && chunksCopied.get() < chunksAllowed) {
          answer(held.removeFirst());
          chunksCopied.incrementAndGet();
        }
      }
    } catch (WakeupException closed) {
      consumer.close();
    }
  }

  private void answer(Task task) {
    for (Report report : answers(task)) {
      SpecificRecord written = AvroCodec.toAvro((Record) report);
      send(Topics.REPORTS, task.migrationId(), written);
      send(Topics.REPORTS, task.migrationId(), written);
    }
    producer.flush();
  }

  private static List<Report> answers(Task task) {
    MigrationId id = task.migrationId();
    TaskId on = task.taskId();
    int n = task.attempt();
    return switch (task) {
      case Task.AnalyzeDatabases t ->
          Stream.concat(
                  IntStream.range(0, TABLES)
                      .<Report>mapToObj(
                          i ->
                              new Report.TableDescribed(
                                  id, on, n, WHO, t.analysis(), name(i), 4_000, 100, 2, "{}")),
                  Stream.of(
                      new Report.CatalogDescribed(id, on, n, WHO, t.analysis(), "source", "{}"),
                      new Report.AnalysisCompleted(
                          id, on, n, WHO, t.analysis(), TABLES, 12_000, 300, "catalog")))
              .toList();
      case Task.PlanMigration t ->
          Stream.concat(
                  IntStream.range(0, TABLES)
                      .<Report>mapToObj(
                          i ->
                              new Report.TablePlanned(
                                  id,
                                  on,
                                  n,
                                  WHO,
                                  t.plan(),
                                  name(i),
                                  i,
                                  name(i),
                                  1,
                                  i == TABLES - 1 ? List.of(0) : List.of(),
                                  4_100,
                                  100,
                                  i == 1,
                                  false,
                                  0.99,
                                  "{}")),
                  Stream.of(
                      new Report.PlanCompleted(
                          id, on, n, WHO, t.plan(), "plan", TABLES, 1, 12_000, 300, 1, 0.99, 0,
                          List.of(), List.of(), "{}")))
              .toList();
      case Task.KeepSnapshot _ ->
          List.of(
              new Report.SnapshotExported(
                  id,
                  on,
                  n,
                  WHO,
                  new SnapshotEvidence("snapshot-1", "0/1", "700:700:", "system", 1, 180000),
                  "catalog"));
      case Task.PrepareTarget _ -> List.of(new Report.TargetPrepared(id, on, n, WHO, List.of()));
      case Task.PrepareTable t ->
          List.of(
              new Report.TablePrepared(
                  id, on, n, WHO, t.table(), t.tableIndex(), t.epoch(), CHUNKS, 4_100, 0, true));
      case Task.CopyChunk t -> List.of(copied(t));
      case Task.MoveGroup _, Task.AddGroupForeignKeys _, Task.ValidateGroup _ ->
          throw new IllegalStateException("no table is small: " + on);
      case Task.CheckTable t ->
          List.of(
              new Report.TableChecked(
                  id,
                  on,
                  n,
                  WHO,
                  t.table(),
                  t.tableIndex(),
                  t.epoch(),
                  CHUNKS * CHUNK_ROWS,
                  CHUNKS * CHUNK_ROWS * 10,
                  "sum",
                  CHUNKS * CHUNK_ROWS,
                  List.of(),
                  List.of("pk"),
                  0,
                  List.of()));
      case Task.CompleteTable t ->
          List.of(
              new Report.TableCompleted(
                  id, on, n, WHO, t.table(), t.tableIndex(), t.epoch(), List.of("index")));
      case Task.AddForeignKeys t ->
          List.of(
              new Report.ForeignKeysAdded(
                  id, on, n, WHO, t.table(), t.tableIndex(), t.epoch(), List.of("fk")));
      case Task.ResolveErrors _ -> List.of(new Report.ErrorsResolved(id, on, n, WHO, List.of()));
      case Task.FinishTarget _ -> List.of(new Report.TargetFinished(id, on, n, WHO, List.of()));
      case Task.RollBackTable t ->
          List.of(
              new Report.TableRolledBack(
                  id, on, n, WHO, t.table(), t.tableIndex(), t.epoch(), List.of()));
      case Task.RollBackTarget _ -> List.of(new Report.TargetRolledBack(id, on, n, WHO, List.of()));
      case Task.ReleaseTarget _ -> List.of(new Report.TargetReleased(id, on, n, WHO));
      case Task.ValidateTable t ->
          List.of(
              new Report.TableValidated(
                  id,
                  on,
                  n,
                  WHO,
                  t.table(),
                  t.tableIndex(),
                  t.epoch(),
                  CheckOutcome.PASSED,
                  new TableEvidence(
                      4_000,
                      4_000,
                      "c",
                      "c",
                      "SELECT digest",
                      t.snapshot(),
                      List.of(),
                      "",
                      "",
                      0,
                      0,
                      "",
                      List.of(),
                      List.of())));
      case Task.ValidateReferences _ ->
          List.of(new Report.ReferencesValidated(id, on, n, WHO, passed(Perspective.REFERENTIAL)));
      case Task.ReconcileLedger _ ->
          List.of(new Report.LedgerReconciled(id, on, n, WHO, 12, 12_000, "digest", List.of()));
      case Task.ValidateStructure _ ->
          List.of(new Report.StructureValidated(id, on, n, WHO, passed(Perspective.STRUCTURAL)));
      case Task.CertifyMigration _ ->
          List.of(new Report.CertificateIssued(id, on, n, WHO, Verdict.CERTIFIED, "jws", "key"));
    };
  }

  private static String name(int table) {
    return "public.t" + table;
  }

  private static Report copied(Task.CopyChunk t) {
    Instant then = Instant.parse("2026-01-01T00:00:00Z");
    return new Report.ChunkCopied(
        t.migrationId(),
        t.taskId(),
        t.attempt(),
        WHO,
        t.table(),
        t.tableIndex(),
        t.epoch(),
        // A copy faster than the clock shows: reports must not divide by zero.
        new ChunkEvidence(
            t.chunk(),
            t.snapshot(),
            CHUNK_ROWS,
            CHUNK_ROWS * 10,
            "d",
            WHO,
            then,
            then,
            0,
            List.of()),
        false);
  }

  private static PerspectiveResult passed(Perspective perspective) {
    return new PerspectiveResult(perspective, CheckOutcome.PASSED, 3, 3, List.of(), "compared");
  }

  @Override
  public void close() {
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    producer.close();
  }
}
