package dev.sensei.agents.scout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.state.MigrationStatus;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.snapshot.SnapshotSettings;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.report.SnapshotExported;
import dev.sensei.schemas.report.SnapshotReleased;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SnapshotKeepingTest {
  private static final ScoutSettings FAST =
      new ScoutSettings(Duration.ofMillis(100), 1, 20, SnapshotSettings.DEFAULT);
  private static final String KEEPER_LOCKS =
      "SELECT count(DISTINCT pid) FROM pg_locks WHERE mode = 'AccessShareLock'"
          + " AND relation = 'orders'::regclass";

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HeldStates states = new HeldStates();
  private final RecordedContext context = new RecordedContext(states);
  private PostgresServer server;
  private PostgresServer.Endpoint source;

  @BeforeAll
  void start(@TempDir Path directory) throws SQLException {
    server = PostgresServer.start(PostgresSettings.in(directory).with("fsync", "off"));
    source = server.createDatabase("source");
    Tasks.run(source, "CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1)");
  }

  @AfterAll
  void stop() {
    threads.close();
    server.close();
  }

  @Test
  void aSnapshotIsKeptThroughAPauseReplacedWhenLostAndReleasedAtTheEnd() throws Exception {
    // What an earlier run left behind must not end this one.
    states.set(status(LifecycleState.FAILED, Instant.now().minusSeconds(5)));
    Future<?> keeping = keep();
    await().until(() -> context.of(SnapshotExported.class).size() == 1);
    SnapshotExported first = context.of(SnapshotExported.class).getFirst();
    try (Connection connection = source.connect()) {
      assertThat(first.getCatalogDigest())
          .isEqualTo(
              CatalogJson.digest(CatalogReader.read(connection, Scope.source(Tasks.OPTIONS))));
    }
    assertThat(first.getSnapshot().getSystemIdentifier()).isNotEmpty();
    assertThat(number(KEEPER_LOCKS)).isOne();

    states.set(status(LifecycleState.PAUSED, Instant.now()));
    assertThat(number("SELECT count(*) FROM (" + terminate() + ") t")).isOne();
    await().until(() -> context.of(SnapshotExported.class).size() == 2);
    assertThat(context.of(SnapshotExported.class).get(1).getSnapshot().getSnapshotId())
        .isNotEqualTo(first.getSnapshot().getSnapshotId());
    assertThat(number(KEEPER_LOCKS)).isOne();

    states.set(status(LifecycleState.CERTIFIED, Instant.now()));
    keeping.get();
    assertThat(context.of(SnapshotReleased.class)).hasSize(1);
    await().until(() -> number(KEEPER_LOCKS) == 0);

    context.reports.clear();
    states.set(status(LifecycleState.RUNNING, Instant.now()));
    Future<?> failing = keep();
    await().until(() -> context.of(SnapshotExported.class).size() == 1);
    states.set(status(LifecycleState.FAILED, Instant.now().plusMillis(1)));
    failing.get();
    assertThat(context.of(SnapshotReleased.class)).hasSize(1);

    // The failure came after the task was handed out, and before the agent took it.
    context.reports.clear();
    context.handedOut = Instant.now().minusSeconds(3);
    states.set(status(LifecycleState.FAILED, Instant.now().minusSeconds(2)));
    keep().get();
    assertThat(context.of(SnapshotReleased.class)).hasSize(1);

    context.reports.clear();
    states.set(status(LifecycleState.RUNNING, Instant.now()));
    Future<?> stopping = keep();
    await().until(() -> context.of(SnapshotExported.class).size() == 1);
    context.stopped = true;
    await().until(stopping::isDone);
    assertThat(stopping.exceptionNow()).isInstanceOf(TaskReleasedException.class);
    assertThat(context.of(SnapshotReleased.class)).isEmpty();
    assertThat(states.of("m").orElseThrow().state()).isEqualTo(LifecycleState.RUNNING);
  }

  private Future<?> keep() {
    SnapshotKeeping keeping = new SnapshotKeeping(Tasks.access(source), states, FAST);
    return threads.submit(
        () -> {
          keeping.run(Tasks.keep(source), context);
          return true;
        });
  }

  private static String terminate() {
    return "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        + " WHERE application_name = 'sensei-scout' AND state = 'idle in transaction'";
  }

  private static MigrationStatus status(LifecycleState state, Instant since) {
    return new MigrationStatus("m", state, false, since);
  }

  private long number(String sql) throws SQLException {
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
