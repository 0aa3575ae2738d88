package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The order matters: the last test leaves the journal forged. */
@ExtendWith(ProofServers.Extension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // set before the first test
final class SeparateProcessesTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int CHUNK_ROWS = 1_000;
  private static final int ROWS = 40_000;
  private static final String ONE_TABLE_AT_A_TIME =
      "options:\n  chunkRows: %d\n  tablesInFlight: 1\n".formatted(CHUNK_ROWS);
  private static final int NOT_CERTIFIED = 5;
  private static final String WAITING_FOR_A_CHUNK =
      "SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
          + " WHERE d.datname = current_database() AND locktype = 'advisory' AND NOT granted";

  @TempDir static Path directory;
  private SeparateSystem system;
  private ProofDatabase source;

  @BeforeAll
  void start(ProofServers servers) throws Exception {
    source = servers.source("separate_source", Orders.tables(ROWS));
    system = SeparateSystem.start(directory, servers);
  }

  @AfterAll
  void stop() throws IOException {
    system.close();
  }

  @Tag("long")
  @Test
  @Order(1)
  void threeWorkersInProcessesOfTheirOwnShareTheChunks(ProofServers servers) throws Exception {
    ProofDatabase target = servers.target("three_workers");
    try (SenseiProcess first = system.worker("first", Map.of());
        SenseiProcess second = system.worker("second", Map.of());
        SenseiProcess third = system.worker("third", Map.of())) {
      assertThat(List.of(first, second, third)).hasSize(3);
      system.awaitJoined(3);

      String id = system.awaitCertified(system.migrate(source, target, CHUNK_ROWS), target);

      assertThat(target.contents()).isEqualTo(source.contents());
      assertThat(system.workersOfChunks(id))
          .hasSizeGreaterThanOrEqualTo(ROWS / CHUNK_ROWS)
          .satisfies(workers -> assertThat(workers.stream().distinct()).hasSize(3));
      assertThat(system.ask(0, "audit", "verify", id).printed()).contains("records hold");
      assertThat(system.ask(0, "audit", "replay", id).printed()).contains("byte for byte");
    }
  }

  @Tag("long")
  @Test
  @Order(2)
  void aMigrationWaitsForKafkaAndGoesOnWhenItIsBack(ProofServers servers) throws Exception {
    ProofDatabase target = servers.target("without_kafka");
    Path pause = directory.resolve("while-kafka-is-away");
    try (SenseiProcess worker =
        system.worker(
            "paused", Map.of("SENSEI_FAILPOINTS", "mid-chunk=pause(%s)@5".formatted(pause)))) {
      assertThat(worker).isNotNull();
      SenseiProcess migration = system.migrate(source, target, CHUNK_ROWS);
      Awaitility.await("the worker is in the middle of a chunk")
          .atMost(PATIENCE)
          .until(() -> Files.exists(pause));
      system.withoutPlatform(
          () -> {
            Files.delete(pause);
            Awaitility.await("the person is told")
                .atMost(PATIENCE)
                .untilAsserted(
                    () -> assertThat(migration.output()).contains("is not answering; waiting"));
          });
      system.awaitCertified(migration, target);

      assertThat(migration.output()).contains("Kafka answers again");
      assertThat(target.contents()).isEqualTo(source.contents());
    }
  }

  @Tag("long")
  @Test
  @Order(3)
  void aWorkerThatStandsStillPastItsLeaseGoesOnAndNothingIsThereTwice(ProofServers servers)
      throws Exception {
    ProofDatabase target = servers.target("frozen_worker");
    Path pause = directory.resolve("before-it-freezes");
    try (SenseiProcess frozen =
            system.worker(
                "frozen", Map.of("SENSEI_FAILPOINTS", "mid-chunk=pause(%s)@3".formatted(pause)));
        SenseiProcess other = system.worker("other", Map.of())) {
      assertThat(other).isNotNull();
      system.awaitJoined(2);
      SenseiProcess migration = system.migrate(source, target, CHUNK_ROWS);
      Awaitility.await("a worker in the middle of a chunk")
          .atMost(PATIENCE)
          .until(() -> Files.exists(pause));
      frozen.freeze();
      Files.delete(pause);
      Awaitility.await("the other has been given the chunk, and waits for it")
          .atMost(PATIENCE)
          .until(() -> target.rows(WAITING_FOR_A_CHUNK).contains("t"));
      frozen.thaw();

      String id = system.awaitCertified(migration, target);
      assertThat(target.contents()).isEqualTo(source.contents());
      ChunksInJournal.assertOnce(system.journal(id), source);
    }
  }

  @Tag("long")
  @Test
  @Order(4)
  void aKeeperThatIsKilledIsReplacedSilentlyWhereTheSourceIsAsItWas(ProofServers servers)
      throws Exception {
    ProofDatabase target = servers.target("killed_keeper");
    Path pause = directory.resolve("while-the-keeper-is-killed");
    try (SenseiProcess worker = system.worker("kept", pausedInTheSecondTable(pause))) {
      assertThat(worker).isNotNull();
      SenseiProcess migration = system.migrate(source, target, CHUNK_ROWS);
      replaceKeeper(pause, migration, () -> {});

      String id = system.awaitCertified(migration, target);
      assertThat(snapshots(id)).containsExactly("1 true", "2 true");
      assertThat(target.contents()).isEqualTo(source.contents());
      ChunksInJournal.assertOnce(system.journal(id), source);
    }
  }

  @Tag("long")
  @Test
  @Order(5)
  void aKeeperThatIsKilledStartsUnfinishedTablesAgainWhereTheSourceHasChanged(ProofServers servers)
      throws Exception {
    ProofDatabase changing = servers.source("changing_source", Orders.tables(ROWS));
    ProofDatabase target = servers.target("changed_source");
    Path pause = directory.resolve("while-the-source-changes");
    try (SenseiProcess worker = system.worker("changed", pausedInTheSecondTable(pause))) {
      assertThat(worker).isNotNull();
      SenseiProcess migration = system.migrate(changing, target, ONE_TABLE_AT_A_TIME);
      replaceKeeper(
          pause,
          migration,
          () -> changing.run("UPDATE orders SET total = total + 1 WHERE id % 3 = 0"));

      migration.awaitExit(NOT_CERTIFIED, PATIENCE);
      assertThat(migration.printed()).contains("snapshot 2: the source may have changed after");
      String id = migration.document().get("migrationId").asText();
      assertThat(snapshots(id)).containsExactly("1 true", "2 false");
      assertThat(epochs(id))
          .containsEntry("public.order_line", 1)
          .hasEntrySatisfying("public.orders", epoch -> assertThat(epoch).isGreaterThan(1));
      assertThat(target.contents()).isEqualTo(changing.contents());

      system.ask(0, "accept", id);
      SenseiProcess accepted = system.migrate(changing, target, ONE_TABLE_AT_A_TIME);
      accepted.awaitExit(0, PATIENCE);
      assertThat(accepted.document().get("verdict").asText())
          .isEqualTo("certified_with_exceptions");
      assertThat(accepted.document().get("deviations").toString()).contains("snapshot 2");
      system.verifyCertificate(target);
    }
  }

  /** The largest comes first, and has six of ten rows; a chunk is one buffer. */
  private static Map<String, String> pausedInTheSecondTable(Path pause) {
    int inTheSecond = ROWS * 6 / 10 / CHUNK_ROWS + 7;
    return Map.of("SENSEI_FAILPOINTS", "mid-chunk=pause(%s)@%d".formatted(pause, inTheSecond));
  }

  /** While a worker stands still, the snapshot's keeper is killed, and another takes its place. */
  private void replaceKeeper(Path pause, SenseiProcess migration, SeparateSystem.Action meanwhile)
      throws Exception {
    Awaitility.await("the worker is in the middle of a chunk")
        .atMost(PATIENCE)
        .until(() -> Files.exists(pause));
    Service keeper = system.service("scout");
    keeper.kill();
    meanwhile.run();
    assertThat(keeper.startAgain()).isTrue();
    String id = KilledMigration.madeBy(migration);
    Awaitility.await("another snapshot is kept")
        .atMost(PATIENCE)
        .until(() -> snapshots(id).size() == 2);
    Files.delete(pause);
  }

  /** The number of each snapshot, and whether it showed the rows of the one before. */
  private List<String> snapshots(String id) throws Exception {
    return system.journal(id, "SnapshotExported").stream()
        .map(
            exported ->
                exported.get("number").asText() + " " + exported.get("sourceUnchanged").asText())
        .toList();
  }

  /** The last epoch of each table. */
  private Map<String, Integer> epochs(String id) throws Exception {
    Map<String, Integer> epochs = new HashMap<>();
    system
        .journal(id, "TablePrepared")
        .forEach(
            prepared -> epochs.put(prepared.get("table").asText(), prepared.get("epoch").asInt()));
    return epochs;
  }

  @Tag("long")
  @Test
  @Order(6)
  void twoWorkersFinishTheChunkThatAThirdWasKilledIn(ProofServers servers) throws Exception {
    ProofDatabase target = servers.target("killed_worker");
    Path pause = directory.resolve("in-the-middle-of-a-chunk");
    try (SenseiProcess first = system.worker("first", Map.of());
        SenseiProcess second = system.worker("second", Map.of());
        SenseiProcess killed =
            system.worker(
                "killed", Map.of("SENSEI_FAILPOINTS", "mid-chunk=pause(%s)@3".formatted(pause)))) {
      assertThat(List.of(first, second)).hasSize(2);
      system.awaitJoined(3);

      SenseiProcess migration = system.migrate(source, target, CHUNK_ROWS);
      Awaitility.await("a worker in the middle of a chunk")
          .atMost(PATIENCE)
          .until(() -> Files.exists(pause));
      killed.kill();

      String id = system.awaitCertified(migration, target);
      assertThat(target.contents()).isEqualTo(source.contents());
      assertThat(target.schemas()).isEqualTo(source.schemas());
      assertThat(system.workersOfChunks(id).stream().distinct()).hasSize(3);
      assertThat(system.ask(0, "audit", "replay", id).printed()).contains("byte for byte");
      forgeries(id);
    }
  }

  /** Whoever rewrites a record of the journal is found out, by the record's sequence. */
  private void forgeries(String id) throws Exception {
    try (JournalForger forger = new JournalForger(system.platform().bootstrapServers())) {
      long changed = forger.changeBodyOf(id, "ChunkCopied");
      assertThat(system.ask(3, "audit", "verify", id).printed())
          .contains("record %d ".formatted(changed))
          .contains("the hash is not that of the record");
      forger.restore();
      assertThat(system.ask(0, "audit", "verify", id).printed()).contains("records hold");

      long last = forger.appendCopyOfLast(id);
      assertThat(system.ask(3, "audit", "verify", id).printed())
          .contains("record %d ".formatted(last + 1))
          .contains("the sequence has a gap or a double");
    }
  }
}
