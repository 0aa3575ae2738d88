package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.databases.snapshot.SnapshotKeeper;
import dev.sensei.databases.snapshot.SnapshotLost;
import dev.sensei.databases.snapshot.SnapshotSession;
import dev.sensei.databases.snapshot.SnapshotSettings;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The source's server is stopped and started again in the middle of a chunk. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("NullAway.Init") // set before the first test
class RestartedSourceTest extends TableInLedger {
  @TempDir Path directory;
  private PostgresServer server;

  /** Two chunks that do not fit into buffers, and perhaps a third of a few rows. */
  RestartedSourceTest() {
    super(500, ROWS / 2);
  }

  private void startServer() {
    server =
        PostgresServer.start(
            PostgresSettings.in(directory.resolve("server"))
                .keepingItsPort()
                .with("autovacuum", "off"));
  }

  @Override
  TwoDatabases freshDatabases() throws SQLException {
    startServer();
    return TwoDatabases.of(server.createDatabase("source"), TwoDatabases.fresh().targetEndpoint());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void theNextSnapshotShowsTheSameAndWhatIsMissingIsCopiedUnderIt() throws Exception {
    String lost;
    String before;
    try (SnapshotKeeper keeper = keeper();
        Connection source = databases.source();
        Connection target = databases.target()) {
      lost = keeper.snapshot().id();
      before = keeper.snapshot().visibility();
      SnapshotSession.adopt(source, lost);
      assertThat(copy(source, target, 1, 1, 1)).isInstanceOf(CopyOutcome.Copied.class);
      try (PausedWork<CopyOutcome> copy =
          PausedWork.at("mid-chunk", directory, () -> copy(source, target, 0, 1, 1))) {
        server.close();
        startServer();
        assertThatThrownBy(copy::goOn)
            .isInstanceOfSatisfying(
                DatabaseException.class,
                ended -> assertThat(ended.errorClass()).isEqualTo(ErrorClass.TRANSIENT));
      }
    }
    assertRowsAreThoseOfTheLedger();

    try (SnapshotKeeper keeper = keeper();
        Connection source = databases.source();
        Connection target = databases.target()) {
      assertThatThrownBy(() -> SnapshotSession.adopt(source, lost))
          .isInstanceOf(SnapshotLost.class);
      assertThat(keeper.snapshot().visibility()).isEqualTo(before);
      try (Connection reader = databases.source()) {
        SnapshotSession.adopt(reader, keeper.snapshot());
        for (PlannedChunk chunk : chunks) {
          assertThat(copy(reader, target, chunk.chunk(), 1, 2))
              .isInstanceOf(
                  chunk.chunk() == 1 ? CopyOutcome.AlreadyCopied.class : CopyOutcome.Copied.class);
        }
      }
    }
    assertThat(countInTarget()).isEqualTo(ROWS + " " + ROWS);
    assertRowsAreThoseOfTheLedger();
  }

  private SnapshotKeeper keeper() throws SQLException {
    return SnapshotKeeper.open(databases.source(), List.of(TABLE), SnapshotSettings.DEFAULT);
  }
}
