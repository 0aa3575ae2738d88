package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  @Test
  @Order(3)
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
