package dev.sensei.agents.worker;

import static dev.sensei.agents.worker.Migration.ask;
import static dev.sensei.agents.worker.Migration.reference;
import static dev.sensei.agents.worker.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.databases.failpoint.FailpointReached;
import dev.sensei.databases.failpoint.Failpoints;
import dev.sensei.databases.snapshot.SnapshotKeeper;
import dev.sensei.databases.snapshot.SnapshotSettings;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.report.ChunkCopied;
import dev.sensei.schemas.report.TablePrepared;
import dev.sensei.schemas.report.TableRolledBack;
import dev.sensei.schemas.report.TargetRolledBack;
import dev.sensei.schemas.task.AddForeignKeys;
import dev.sensei.schemas.task.CheckTable;
import dev.sensei.schemas.task.CompleteTable;
import dev.sensei.schemas.task.CopyChunk;
import dev.sensei.schemas.task.FinishTarget;
import dev.sensei.schemas.task.PrepareTable;
import dev.sensei.schemas.task.PrepareTarget;
import dev.sensei.schemas.task.ReleaseTarget;
import dev.sensei.schemas.task.RollBackTable;
import dev.sensei.schemas.task.RollBackTarget;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkerHandlerTest {
  private static final String SHOP =
      """
      CREATE SCHEMA shop;
      CREATE TYPE shop.mood AS ENUM ('calm', 'keen');
      CREATE TABLE shop.team (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, captain int, mood shop.mood);
      CREATE TABLE shop.player (id serial PRIMARY KEY, team int REFERENCES shop.team, name text);
      ALTER TABLE shop.team ADD FOREIGN KEY (captain) REFERENCES shop.player;
      CREATE INDEX player_by_team ON shop.player (team);
      CREATE TABLE shop.bare ();
      CREATE TABLE shop.computed (always text GENERATED ALWAYS AS ('x'::text) STORED);
      CREATE VIEW shop.names AS SELECT name FROM shop.player;
      CREATE MATERIALIZED VIEW shop.totals AS SELECT count(*) AS n FROM shop.player;
      COMMENT ON TABLE shop.team IS 'who plays together';
      INSERT INTO shop.team (mood) SELECT 'calm' FROM generate_series(1, 10);
      INSERT INTO shop.player (team, name) SELECT 1 + n % 10, 'canary' || n FROM generate_series(1, 5000) n;
      UPDATE shop.team SET captain = id;
      INSERT INTO shop.bare SELECT FROM generate_series(1, 3);
      INSERT INTO shop.computed SELECT FROM generate_series(1, 4);
      ANALYZE;
      """;

  private PostgresServer server;
  private SnapshotKeeper keeper;
  private Migration migration;
  private WorkerHandler worker;
  private int number;

  @BeforeAll
  void start(@TempDir Path directory) {
    server = PostgresServer.start(PostgresSettings.in(directory).with("fsync", "off"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @BeforeEach
  void shop() throws SQLException {
    open(SHOP, "", Map.of());
  }

  @AfterEach
  void end() {
    Failpoints.clear();
    worker.close();
    keeper.close();
  }

  @Test
  void everyTaskDoneTwiceGivesOneCopyOfEverything() throws Exception {
    moveAll(2);
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("5000");
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.bare")).isEqualTo("3");
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.computed")).isEqualTo("4");
    assertThat(ask(migration.target, "SELECT n FROM shop.totals")).isEqualTo("5000");
    assertThat(ask(migration.target, "SELECT nextval('shop.team_id_seq')")).isEqualTo("11");
    twice(release(), 2);
    assertThat(
            CatalogComparison.compare(
                Migration.catalog(migration.source), Migration.catalog(migration.target)))
        .isEmpty();
    assertThat(migration.reports.toString()).doesNotContain("canary");
  }

  @Test
  void aKillAtAnyPlaceIsMendedByDoingTheTaskAgain() throws Exception {
    for (String place :
        List.of("after-claim", "mid-chunk", "before-chunk-commit", "after-chunk-commit")) {
      handle(prepareTarget());
      prepareTables(1);
      Failpoints.configure(place + "=throw@1;mid-index-build=throw@1;before-report=throw@2");
      for (int round = 0; round < 4; round++) {
        try {
          moveAll(1);
          break;
        } catch (FailpointReached killed) {
          assertThat(killed).hasMessageContaining("-");
        }
      }
      Failpoints.clear();
      moveAll(1);
      assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("5000");
      rollBackAll(2);
    }
  }

  @Test
  void rollbackLeavesTheTargetAsItWasAlsoWithForeignKeysInACircle() throws Exception {
    begin(SHOP, "CREATE TABLE other (id serial PRIMARY KEY); INSERT INTO other DEFAULT VALUES");
    moveAll(1);
    rollBackAll(2);
    rollBackAll(2);
    assertThat(CatalogComparison.compare(migration.before, Migration.catalog(migration.target)))
        .isEmpty();
    assertThat(migration.last(TargetRolledBack.class).getLeft()).isEmpty();
    assertThat(ask(migration.target, "SELECT count(*) FROM other")).isEqualTo("1");
  }

  @Test
  void rollbackBehindTheLedgersEndListsWhatItCannotJudge() throws Exception {
    moveAll(1);
    handle(release());
    handle(rollBack("player", 2));
    assertThat(migration.last(TableRolledBack.class).getLeft())
        .containsExactly("5000 rows in shop.player");
    handle(rollBackTarget());
    assertThat(migration.last(TargetRolledBack.class).getLeft())
        .anyMatch(left -> left.startsWith("materialized view shop.totals (the ledger is gone"))
        .anyMatch(left -> left.startsWith("table shop.player (the ledger is gone"));
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("5000");
  }

  @Test
  void anOlderEpochWritesNothing() throws Exception {
    handle(prepareTarget());
    prepareTables(1);
    handle(rollBack("player", 2));
    for (SpecificRecord late :
        List.of(
            copy("player", 1, 0),
            check("player", 1),
            complete("player", 1),
            addForeignKeys("player", 1),
            prepareTable("player", 1, ExistingRows.REFUSE))) {
      assertThat(catchThrowableOfType(TaskFailure.class, () -> handle(late)).failure())
          .returns(FailureClass.SUPERSEDED, failure -> failure.getFailureClass());
    }
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("0");
    assertThat(
            ask(
                migration.target,
                "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"
                    + " AND connamespace = 'shop'::regnamespace"))
        .isEqualTo("0");
  }

  @Test
  void rowsOfOthersAreRefusedOrEmptiedAsAsked() throws Exception {
    String there =
        """
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child (id int REFERENCES parent);
        INSERT INTO parent VALUES (7); INSERT INTO child VALUES (7);
        """;
    begin(there, there);
    handle(prepareTarget());
    assertThat(
            catchThrowableOfType(
                    TaskFailure.class, () -> handle(prepareTable("parent", 1, ExistingRows.REFUSE)))
                .failure()
                .getCode())
        .isEqualTo("TARGET_NOT_EMPTY");
    handle(rollBack("parent", 2));
    handle(rollBackTarget());
    assertThat(ask(migration.target, "SELECT count(*) FROM child")).isEqualTo("1");
    assertThat(CatalogComparison.compare(migration.before, Migration.catalog(migration.target)))
        .isEmpty();

    begin(there, there, Map.of("existingRows", "TRUNCATE"));
    handle(prepareTarget());
    handle(prepareTarget());
    handle(prepareTable("parent", 1, ExistingRows.TRUNCATE));
    handle(copy("parent", 1, 0));
    handle(prepareTarget());
    assertThat(ask(migration.target, "SELECT count(*) FROM parent")).isEqualTo("1");
  }

  @Test
  void aValueThatIsTooLongIsRefusedAndNeverCutAndCounted() throws Exception {
    begin(
        "CREATE TABLE pet (name text, born timestamptz, price numeric(10,4));"
            + " INSERT INTO pet SELECT repeat('canary', n), '2024-01-01 23:30+00', 1.5"
            + " FROM generate_series(1, 3) n",
        "CREATE TABLE pet (name varchar(12), born timestamp, price numeric(8,2))");
    handle(prepareTarget());
    handle(prepareTable("pet", 1, ExistingRows.REFUSE));
    TaskFailure refused = catchThrowableOfType(TaskFailure.class, () -> handle(copy("pet", 1, 0)));
    assertThat(refused.failure().getFailureClass()).isEqualTo(FailureClass.DATA);
    assertThat(refused.failure().getCode()).isEqualTo("22001");
    assertThat(refused.failure().getMessage())
        .contains("refused 1: 1 by SQLSTATE 22001")
        .doesNotContain("canary");
    assertThat(ask(migration.target, "SELECT count(*) FROM pet")).isEqualTo("0");
    run(migration.target, "ALTER TABLE pet ALTER name TYPE varchar(20)");
    handle(copy("pet", 1, 0));
    assertThat(ask(migration.target, "SELECT max(born)::text || ' ' || max(price) FROM pet"))
        .isEqualTo("2024-01-01 23:30:00 1.50");
  }

  @Test
  void aSequenceThatWasThereGoesBackToWhereItStood() throws Exception {
    String sql = "CREATE SEQUENCE tickets; SELECT setval('tickets', %d)";
    begin(sql.formatted(900), sql.formatted(5));
    handle(prepareTarget());
    handle(finish());
    handle(finish());
    assertThat(ask(migration.target, "SELECT last_value FROM tickets")).isEqualTo("900");
    handle(rollBackTarget());
    assertThat(ask(migration.target, "SELECT last_value FROM tickets")).isEqualTo("5");
    assertThatThrownBy(() -> handle(finish())).isInstanceOf(RuntimeException.class);
    assertThat(ask(migration.target, "SELECT last_value FROM tickets")).isEqualTo("5");
  }

  @Test
  void aCancelledChunkIsReleasedAndLeavesNoSession() throws Exception {
    handle(prepareTarget());
    prepareTables(1);
    migration.cancelled = true;
    assertThatThrownBy(() -> handle(copy("player", 1, 0)))
        .isInstanceOf(TaskReleasedException.class);
    migration.cancelled = false;
    handle(copy("player", 1, 0));
    assertThat(migration.last(ChunkCopied.class).getEvidence().getRows()).isEqualTo(5000);
    worker.close();
    assertThat(
            ask(
                server.endpoint(),
                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'sensei-worker%'"
                    + " AND backend_start < now() AND datname = '"
                    + migration.target.database()
                    + "' AND state <> 'idle'"))
        .isEqualTo("0");
  }

  private void begin(String sourceSql, String targetSql) throws Exception {
    begin(sourceSql, targetSql, Map.of());
  }

  /** Other databases than the shop. */
  private void begin(String sourceSql, String targetSql, Map<String, String> options)
      throws SQLException {
    end();
    open(sourceSql, targetSql, options);
  }

  private void open(String sourceSql, String targetSql, Map<String, String> options)
      throws SQLException {
    number++;
    PostgresServer.Endpoint source = server.createDatabase("source" + number);
    PostgresServer.Endpoint target = server.createDatabase("target" + number);
    run(source, sourceSql);
    run(target, targetSql);
    migration = new Migration(source, target, options);
    worker =
        new WorkerHandler(
            migration.access(), migration, new SessionSettings(4, Duration.ofSeconds(5)));
    keeper =
        SnapshotKeeper.open(
            source.connect(),
            migration.tables.stream().map(table -> table.source()).toList(),
            SnapshotSettings.DEFAULT);
  }

  private void moveAll(int times) throws Exception {
    twice(prepareTarget(), times);
    prepareTables(times);
    for (var table : migration.tables) {
      twice(copy(table.source().name(), 1, 0), times);
    }
    for (var table : migration.tables) {
      twice(check(table.source().name(), 1), times);
      twice(complete(table.source().name(), 1), times);
    }
    for (var table : migration.tables) {
      twice(addForeignKeys(table.source().name(), 1), times);
    }
    twice(finish(), times);
  }

  private void prepareTables(int times) throws Exception {
    for (var table : migration.tables) {
      twice(prepareTable(table.source().name(), 1, ExistingRows.REFUSE), times);
      assertThat(migration.last(TablePrepared.class).getChunks()).isEqualTo(1);
    }
  }

  private void rollBackAll(int epoch) throws Exception {
    for (var table : migration.tables) {
      handle(rollBack(table.source().name(), epoch));
      assertThat(migration.last(TableRolledBack.class).getLeft()).isEmpty();
    }
    handle(rollBackTarget());
    assertThat(migration.last(TargetRolledBack.class).getLeft()).isEmpty();
  }

  private void twice(SpecificRecord task, int times) throws Exception {
    for (int time = 0; time < times; time++) {
      handle(task);
    }
  }

  private void handle(SpecificRecord task) throws Exception {
    worker.handle(task, migration);
  }

  private PrepareTarget prepareTarget() {
    return filled(new PrepareTarget());
  }

  private PrepareTable prepareTable(String table, int epoch, ExistingRows existing) {
    PrepareTable task = filled(new PrepareTable(), table, epoch);
    put(
        task,
        "options",
        Options.newBuilder()
            .setChunkRows(100_000)
            .setBatchRows(10_000)
            .setExistingRows(existing)
            .setIncludeTables(List.of())
            .setExcludeTables(List.of())
            .setAutoApproveAbove(0.95)
            .setReviewAbove(0.80)
            .setMaxTaskAttempts(5)
            .setTaskTimeoutMillis(60_000)
            .setTablesInFlight(4)
            .setChunksInFlight(4)
            .setMilestones(List.of())
            .setSeparateApprover(false)
            .build());
    return task;
  }

  private CopyChunk copy(String table, int epoch, int chunk) {
    CopyChunk task = filled(new CopyChunk(), table, epoch);
    put(task, "chunk", chunk);
    put(task, "batchRows", 1_000L);
    return task;
  }

  private CheckTable check(String table, int epoch) {
    return filled(new CheckTable(), table, epoch);
  }

  private CompleteTable complete(String table, int epoch) {
    return filled(new CompleteTable(), table, epoch);
  }

  private AddForeignKeys addForeignKeys(String table, int epoch) {
    return filled(new AddForeignKeys(), table, epoch);
  }

  private FinishTarget finish() {
    return filled(new FinishTarget());
  }

  private ReleaseTarget release() {
    return filled(new ReleaseTarget());
  }

  private RollBackTable rollBack(String table, int epoch) {
    return filled(new RollBackTable(), table, epoch);
  }

  private RollBackTarget rollBackTarget() {
    return filled(new RollBackTarget());
  }

  private <T extends SpecificRecord> T filled(T task, String table, int epoch) {
    put(task, "table", migration.table(table).source().toString());
    put(task, "tableIndex", migration.table(table).index());
    put(task, "epoch", epoch);
    return filled(task);
  }

  private <T extends SpecificRecord> T filled(T task) {
    put(task, "migrationId", "m");
    put(task, "taskId", "t");
    put(task, "attempt", 1);
    put(task, "source", reference(migration.source));
    put(task, "target", reference(migration.target));
    put(task, "planDigest", migration.digest);
    put(task, "installation", "here");
    put(task, "snapshot", 1);
    put(task, "snapshotId", keeper.snapshot().id());
    return task;
  }

  private static void put(SpecificRecord task, String field, Object value) {
    var found = task.getSchema().getField(field);
    if (found != null) {
      task.put(found.pos(), value);
    }
  }
}
