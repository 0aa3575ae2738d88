package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
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

/**
 * Workers in processes of their own, with one slot each, on a table of many chunks that sleep. The
 * order matters: the last test leaves Kafka with long leases.
 */
@Tag("long")
@ExtendWith(ProofServers.Extension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // set before the first test
final class WorkersComeAndGoTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int CHUNKS = 240;
  private static final String A_ROW_IN_A_CHUNK =
      "options:\n  chunkRows: 1\n  batchRows: 1\n  chunksInFlight: 8\n";

  @TempDir static Path directory;
  private SeparateSystem system;
  private ProofDatabase source;

  @BeforeAll
  void start(ProofServers servers) throws Exception {
    // A row fills a block, and a block is a chunk.
    source =
        servers.source(
            "chunks_that_sleep",
            List.of(
                "CREATE TABLE piece (id int PRIMARY KEY, filler text NOT NULL)",
                "ALTER TABLE piece ALTER filler SET STORAGE PLAIN",
                "INSERT INTO piece SELECT n, repeat('x', 5000) FROM generate_series(1, %d) n"
                    .formatted(CHUNKS),
                "ANALYZE"));
    system = SeparateSystem.start(directory, servers);
  }

  @AfterAll
  void stop() throws IOException {
    system.close();
  }

  @Test
  @Order(1)
  void workersJoinAndLeaveWhileItRuns(ProofServers servers) throws Exception {
    ProofDatabase target = servers.target("come_and_go");
    try (SenseiProcess told = system.worker("told", sleeping(500));
        SenseiProcess killed = system.worker("killed", sleeping(500))) {
      system.awaitJoined(2);
      SenseiProcess migration = system.migrate(source, target, A_ROW_IN_A_CHUNK);
      awaitChunk(target, told);
      awaitChunk(target, killed);

      try (SenseiProcess third = system.worker("third", sleeping(500))) {
        awaitChunk(target, third);
        told.askToEnd();
        told.awaitEnd(PATIENCE);
        try (SenseiProcess fourth = system.worker("fourth", sleeping(500))) {
          awaitChunk(target, fourth);
          killed.kill();

          String id = system.awaitCertified(migration, target);
          assertThat(target.contents()).isEqualTo(source.contents());
          ChunksInJournal.assertOnce(system.journal(id), source);
          assertThat(system.workersOfChunks(id)).hasSize(CHUNKS);
          for (SenseiProcess worker : List.of(told, killed, third, fourth)) {
            assertThat(chunksOf(worker, id)).isPositive();
          }
        }
      }
    }
  }

  @Test
  @Order(2)
  void equalWorkersGetEqualShares(ProofServers servers) throws Exception {
    ProofDatabase target = servers.target("equal_shares");
    try (SenseiProcess first = system.worker("first", sleeping(200));
        SenseiProcess second = system.worker("second", sleeping(200));
        SenseiProcess third = system.worker("third", sleeping(200));
        SenseiProcess fourth = system.worker("fourth", sleeping(200))) {
      List<SenseiProcess> workers = List.of(first, second, third, fourth);
      system.awaitJoined(workers.size());

      String id = system.awaitCertified(system.migrate(source, target, A_ROW_IN_A_CHUNK), target);

      int share = CHUNKS / workers.size();
      for (SenseiProcess worker : workers) {
        assertThat(chunksOf(worker, id))
            .as("chunks of one of %d workers", workers.size())
            .isBetween(share * 3 / 4, share * 5 / 4);
      }
    }
  }

  /** Leases are so long that what the slow one fetched beyond its slot would not come back. */
  @Test
  @Order(3)
  void allButWhatASlowWorkerHasInHandIsDoneByTheOthersMeanwhile(ProofServers servers)
      throws Exception {
    ProofDatabase target = servers.target("slow_worker");
    Path pause = directory.resolve("while-the-others-work");
    String lease = Long.toString(PATIENCE.toMillis());
    try (SenseiProcess slow =
            system.worker(
                "slow",
                Map.of(
                    "SENSEI_LEASE_MILLIS",
                    lease,
                    "SENSEI_FAILPOINTS",
                    "before-ledger-row=pause(%s)".formatted(pause)));
        SenseiProcess first = system.worker("first", Map.of("SENSEI_LEASE_MILLIS", lease));
        SenseiProcess second = system.worker("second", Map.of("SENSEI_LEASE_MILLIS", lease))) {
      system.awaitJoined(3);
      SenseiProcess migration = system.migrate(source, target, A_ROW_IN_A_CHUNK);
      Awaitility.await("the slow one has a chunk in hand")
          .atMost(PATIENCE)
          .until(() -> Files.exists(pause));
      Awaitility.await("the others have done all the other chunks")
          .atMost(PATIENCE.dividedBy(2))
          .ignoreExceptionsInstanceOf(SQLException.class)
          .untilAsserted(
              () ->
                  assertThat(target.rows("SELECT count(*) FROM sensei_ledger.chunk"))
                      .containsExactly(Integer.toString(CHUNKS - 1)));
      assertThat(migration.exitCode()).isEmpty();
      Files.delete(pause);

      String id = system.awaitCertified(migration, target);
      assertThat(target.contents()).isEqualTo(source.contents());
      ChunksInJournal.assertOnce(system.journal(id), source);
      assertThat(chunksOf(slow, id)).isOne();
      assertThat(chunksOf(first, id) + chunksOf(second, id)).isEqualTo(CHUNKS - 1);
    }
  }

  private static Map<String, String> sleeping(int millis) {
    return Map.of("SENSEI_FAILPOINTS", "before-ledger-row=sleep(%d)".formatted(millis));
  }

  /** Waits until a worker has a chunk in the target's ledger. */
  private static void awaitChunk(ProofDatabase target, SenseiProcess worker) {
    Awaitility.await("a worker has a chunk of a migration that runs")
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(
            () ->
                target.rows("SELECT worker FROM sensei_ledger.chunk").stream()
                    .anyMatch(name -> isOf(worker, name)));
  }

  /** How many chunks of a migration a worker has written, as the journal has it. */
  private int chunksOf(SenseiProcess worker, String id) throws IOException, InterruptedException {
    return (int) system.workersOfChunks(id).stream().filter(name -> isOf(worker, name)).count();
  }

  /** A worker's name has its process in it. */
  private static boolean isOf(SenseiProcess worker, String name) {
    return name.contains("/%d/".formatted(worker.pid()));
  }
}
