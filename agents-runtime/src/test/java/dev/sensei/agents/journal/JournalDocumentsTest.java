package dev.sensei.agents.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.agents.OnPlatform;
import dev.sensei.schemas.JournalHash;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.event.AnalysisCompleted;
import dev.sensei.schemas.event.CatalogDescribed;
import dev.sensei.schemas.event.PlanCompleted;
import dev.sensei.schemas.event.TableDescribed;
import dev.sensei.schemas.event.TablePlanned;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JournalDocumentsTest {
  private final String migration = "m-" + UUID.randomUUID();
  private final RecordSerde serde = OnPlatform.serde();
  private final JournalDocuments documents =
      new JournalDocuments(OnPlatform.kafka(), "test", serde, Duration.ofSeconds(5));
  private KafkaProducer<byte[], byte[]> producer;
  private long sequence;
  private String head = JournalHash.GENESIS;

  @BeforeEach
  void openProducer() {
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                OnPlatform.kafka(),
                "transactional.id",
                "journal-" + migration),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
  }

  @AfterEach
  void close() {
    producer.close();
    serde.close();
  }

  @Test
  void aCatalogIsWhatTheCompletedAttemptDescribed() {
    happened(described("public.given_up", 1), described("public.orders", 2), catalog(2));
    happened(analysed(2));

    CatalogDocuments found = documents.catalog(migration, 1, 2);

    assertThat(found.tables())
        .extracting(TableDescribed::getTable)
        .containsExactly("public.orders");
    assertThat(found.catalogs()).hasSize(1);
    assertThat(found.completed().getCatalogDigest()).isEqualTo("catalog");
  }

  @Test
  void aPlanIsFoundByItsDigestWithItsTablesInOrder() {
    happened(planned(1, "public.old", 0), completed(1, "first", 1));
    happened(planned(2, "public.lines", 1), planned(2, "public.orders", 0));
    happened(completed(2, "second", 2));

    PlanDocuments plan = documents.plan(migration, "second");

    assertThat(plan.tables())
        .extracting(TablePlanned::getTable)
        .containsExactly("public.orders", "public.lines");
    assertThat(plan.table(1)).map(TablePlanned::getTable).contains("public.lines");
    assertThat(documents.plan(migration, "second")).isSameAs(plan);
  }

  @Test
  void aPlanThatWasReportedAgainAfterItsAgentWasLostHasEachTableOnce() {
    happened(planned(1, "public.orders", 0), planned(1, "public.before", 1));
    happened(planned(1, "public.gone", 2));
    happened(planned(1, "public.orders", 0), planned(1, "public.lines", 1));
    happened(completed(1, "restated", 2));

    assertThat(documents.plan(migration, "restated").tables())
        .extracting(TablePlanned::getTable)
        .containsExactly("public.orders", "public.lines");
  }

  @Test
  void aCatalogThatWasReportedAgainAfterItsAgentWasLostHasEachTableAndSideOnce() {
    happened(described("public.dropped", 1), described("public.lines", 1), catalog(1));
    happened(described("public.lines", 1), catalog(1), analysed(1));

    CatalogDocuments found = documents.catalog(migration, 1, 1);

    assertThat(found.tables()).extracting(TableDescribed::getTable).containsExactly("public.lines");
    assertThat(found.catalogs()).hasSize(1);
  }

  @Test
  void aPlanOfWhichATableIsMissingIsRefused() {
    happened(planned(1, "public.lines", 1), completed(1, "holed", 2));

    assertThatThrownBy(() -> documents.plan(migration, "holed"))
        .isInstanceOfSatisfying(
            JournalException.class,
            failed -> {
              assertThat(failed.code()).isEqualTo("JOURNAL_INCOMPLETE");
              assertThat(failed.mayPass()).isFalse();
            });
  }

  @Test
  void aRecordThatCannotBeReadIsNoBetterTheNextTime() {
    happened(catalog(1));
    producer.beginTransaction();
    ProducerRecord<byte[], byte[]> garbage =
        new ProducerRecord<>(
            Topics.JOURNAL, Topics.partitionOf(migration), new byte[] {1}, new byte[] {1, 2, 3});
    RecordHeaders.describe(
        garbage.headers(), "r2", "test", "unknown", Instant.ofEpochMilli(1), migration);
    var _ = producer.send(garbage);
    producer.commitTransaction();

    assertThatThrownBy(() -> documents.forEachUntil(migration, "record 2", _ -> false))
        .isInstanceOfSatisfying(
            JournalException.class,
            failed -> {
              assertThat(failed.code()).isEqualTo("JOURNAL_UNREADABLE");
              assertThat(failed.mayPass()).isFalse();
            });
  }

  @Test
  void aPlanThatIsNotThereIsNotWaitedForForEver() {
    JournalDocuments impatient =
        new JournalDocuments(OnPlatform.kafka(), "test", serde, Duration.ofSeconds(1));

    assertThatThrownBy(() -> impatient.plan(migration, "nowhere"))
        .isInstanceOfSatisfying(
            JournalException.class,
            failed -> {
              assertThat(failed.code()).isEqualTo("JOURNAL_TIMEOUT");
              assertThat(failed.mayPass()).isTrue();
            })
        .hasMessageContaining("nowhere");
  }

  @Test
  void everyRecordIsGivenWithItsPlaceInTheChain() {
    happened(described("public.orders", 1), catalog(1), analysed(1));
    List<JournalRecord> records = new ArrayList<>();

    assertThat(documents.forEach(migration, records::add)).isEqualTo(3);

    assertThat(records).extracting(JournalRecord::sequence).containsExactly(1L, 2L, 3L);
    assertThat(records)
        .allSatisfy(found -> assertThat(found.computedHash()).isEqualTo(found.hash()));
    assertThat(records.getLast().hash()).isEqualTo(head);
  }

  @Test
  void aRecordThatIsStillOnItsWayIsWaitedForButNotForEver() {
    happened(catalog(1));
    JournalDocuments impatient =
        new JournalDocuments(OnPlatform.kafka(), "test", serde, Duration.ofSeconds(1));
    List<Long> seen = new ArrayList<>();

    assertThatThrownBy(
            () -> impatient.forEachUntil(migration, "record 2", found -> found.sequence() == 2))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("record 2");
    documents.forEachUntil(
        migration,
        "record 2",
        found -> {
          seen.add(found.sequence());
          if (found.sequence() == 1) {
            happened(analysed(1));
          }
          return found.sequence() == 2;
        });
    assertThat(seen).containsExactly(1L, 2L);
  }

  private void happened(SpecificRecord... events) {
    producer.beginTransaction();
    for (SpecificRecord event : events) {
      ProducerRecord<byte[], byte[]> written =
          new ProducerRecord<>(
              Topics.JOURNAL,
              Topics.partitionOf(migration),
              migration.getBytes(StandardCharsets.UTF_8),
              serde.write(Topics.JOURNAL, event));
      Instant time = Instant.ofEpochMilli(Instant.now().toEpochMilli());
      RecordHeaders.describe(
          written.headers(),
          UUID.randomUUID().toString(),
          "test",
          event.getSchema().getFullName(),
          time,
          migration);
      sequence++;
      String hash = JournalHash.of(sequence, time, head, event);
      RecordHeaders.chain(written.headers(), sequence, head, hash);
      head = hash;
      var _ = producer.send(written);
    }
    producer.commitTransaction();
  }

  private TableDescribed described(String table, int attempt) {
    return TableDescribed.newBuilder()
        .setMigrationId(migration)
        .setAttempt(attempt)
        .setAnalysis(1)
        .setTable(table)
        .setRowEstimate(10)
        .setByteEstimate(100)
        .setColumns(3)
        .setDefinition("{}")
        .build();
  }

  private CatalogDescribed catalog(int attempt) {
    return CatalogDescribed.newBuilder()
        .setMigrationId(migration)
        .setAttempt(attempt)
        .setAnalysis(1)
        .setSide("source")
        .setDefinition("{}")
        .build();
  }

  private AnalysisCompleted analysed(int attempt) {
    return AnalysisCompleted.newBuilder()
        .setMigrationId(migration)
        .setAttempt(attempt)
        .setAnalysis(1)
        .setTables(1)
        .setRowEstimate(10)
        .setByteEstimate(100)
        .setCatalogDigest("catalog")
        .build();
  }

  private TablePlanned planned(int plan, String table, int tableIndex) {
    return TablePlanned.newBuilder()
        .setMigrationId(migration)
        .setAttempt(1)
        .setPlan(plan)
        .setTable(table)
        .setTableIndex(tableIndex)
        .setTargetTable(table)
        .setPhase(1)
        .setDependsOn(List.of())
        .setRowEstimate(10)
        .setByteEstimate(100)
        .setForeignKeys(false)
        .setConfidence(1)
        .setDefinition("{}")
        .build();
  }

  private PlanCompleted completed(int plan, String digest, int tables) {
    return PlanCompleted.newBuilder()
        .setMigrationId(migration)
        .setAttempt(1)
        .setPlan(plan)
        .setPlanDigest(digest)
        .setTables(tables)
        .setPhases(1)
        .setRowEstimate(10)
        .setByteEstimate(100)
        .setEstimatedSeconds(1)
        .setConfidence(1)
        .setFlaggedMappings(0)
        .setExceptions(List.of())
        .setRisks(List.of())
        .setDefinition("{}")
        .build();
  }
}
