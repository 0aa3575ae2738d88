package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The target's server crashes and recovers. Nothing but a commit that waits for it writes this
 * server's log to disk, so what was committed asynchronously is lost.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before the first test
class CrashedTargetTest extends TableInLedger {
  private static final String WAL_WRITER =
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'";

  @TempDir static Path directory;
  private PostgresServer server;
  private int targets;

  @BeforeAll
  void start() {
    server =
        PostgresServer.start(
            PostgresSettings.in(directory.resolve("server"))
                .with(
                    Map.of(
                        "wal_writer_delay", "10s",
                        "wal_writer_flush_after", "1GB",
                        "wal_buffers", "64MB",
                        "bgwriter_lru_maxpages", "0",
                        "autovacuum", "off")));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Override
  TwoDatabases freshDatabases() throws SQLException {
    return TwoDatabases.of(
        TwoDatabases.fresh().sourceEndpoint(), server.createDatabase("target_" + ++targets));
  }

  /** A process of the server's that dies takes all others with it, and all that is in memory. */
  private void crash() throws SQLException {
    try (Connection witness = databases.target()) {
      long pid = Long.parseLong(TwoDatabases.ask(witness, WAL_WRITER));
      assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
      while (answers(witness)) {
        Thread.onSpinWait();
      }
    }
    while (!accepts()) {
      Thread.onSpinWait();
    }
  }

  private static boolean answers(Connection connection) {
    try {
      return TwoDatabases.ask(connection, "SELECT 1").equals("1");
    } catch (SQLException ended) {
      return false;
    }
  }

  private boolean accepts() {
    try (Connection connection = databases.target()) {
      return answers(connection);
    } catch (SQLException recovering) {
      return false;
    }
  }

  private List<Integer> inLedger() throws SQLException {
    try (Connection target = databases.target()) {
      return ledger.entries(target, KEY, 1).stream().map(entry -> entry.key().chunk()).toList();
    }
  }

  @Test
  void chunksThatACrashUndidAreFoundMissingAndAreThereForGoodOnceSettled() throws Exception {
    for (PlannedChunk chunk : chunks) {
      assertThat(copy(chunk.chunk(), 1)).isInstanceOf(CopyOutcome.Copied.class);
    }
    crash();
    List<Integer> left = inLedger();
    assertThat(left).as("the crash undid some").hasSizeLessThan(chunks.size());
    assertRowsAreThoseOfTheLedger();

    List<Integer> missing =
        chunks.stream().map(PlannedChunk::chunk).filter(chunk -> !left.contains(chunk)).toList();
    assertThat(settle(1))
        .isInstanceOfSatisfying(
            Settlement.Settled.class, settled -> assertThat(settled.missing()).isEqualTo(missing));
    for (int chunk : missing) {
      assertThat(copy(chunk, 1)).isInstanceOf(CopyOutcome.Copied.class);
    }
    assertThat(settle(1))
        .isInstanceOfSatisfying(
            Settlement.Settled.class, settled -> assertThat(settled.complete()).isTrue());

    crash();
    assertThat(inLedger()).hasSameSizeAs(chunks);
    assertThat(countInTarget()).isEqualTo(ROWS + " " + ROWS);
  }

  @Test
  void aChunkThatACrashInterruptsIsCopiedByTheNextDelivery() throws Exception {
    assertThat(copy(0, 1)).isInstanceOf(CopyOutcome.Copied.class);
    assertThat(settle(1)).isInstanceOf(Settlement.Settled.class);
    try (Connection source = databases.source();
        Connection target = databases.target();
        PausedWork<CopyOutcome> copy =
            PausedWork.at("before-chunk-commit", directory, () -> copy(source, target, 1, 1, 1))) {
      crash();
      assertThatThrownBy(copy::goOn)
          .isInstanceOfSatisfying(
              DatabaseException.class,
              lost -> assertThat(lost.errorClass()).isEqualTo(ErrorClass.TRANSIENT));
    }
    assertThat(inLedger()).containsExactly(0);
    assertRowsAreThoseOfTheLedger();
    assertThat(copy(1, 1)).isInstanceOf(CopyOutcome.Copied.class);
    assertRowsAreThoseOfTheLedger();
  }
}
