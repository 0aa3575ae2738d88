package dev.sensei.agents.worker;

import static dev.sensei.agents.testing.Migration.ask;
import static dev.sensei.agents.testing.Migration.reference;
import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.testing.Migration;
import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.agents.testing.OnPostgres;
import dev.sensei.databases.failpoint.Failpoints;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.queue.QueueKeys;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.databases.snapshot.SnapshotKeeper;
import dev.sensei.databases.snapshot.SnapshotSettings;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.ErrorAction;
import dev.sensei.schemas.common.ErrorResolution;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.GroupMember;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.TableErrors;
import dev.sensei.schemas.report.ErrorsResolved;
import dev.sensei.schemas.report.TablePrepared;
import dev.sensei.schemas.report.TableRolledBack;
import dev.sensei.schemas.report.TargetRolledBack;
import dev.sensei.schemas.task.AddForeignKeys;
import dev.sensei.schemas.task.AddGroupForeignKeys;
import dev.sensei.schemas.task.CheckTable;
import dev.sensei.schemas.task.CompleteTable;
import dev.sensei.schemas.task.CopyChunk;
import dev.sensei.schemas.task.FinishTarget;
import dev.sensei.schemas.task.MoveGroup;
import dev.sensei.schemas.task.PrepareTable;
import dev.sensei.schemas.task.PrepareTarget;
import dev.sensei.schemas.task.ReleaseTarget;
import dev.sensei.schemas.task.ResolveErrors;
import dev.sensei.schemas.task.RollBackTable;
import dev.sensei.schemas.task.RollBackTarget;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A Worker between two databases, a shop and an empty one unless others are asked for. */
abstract class WorkerOnDatabases {
  static final String SHOP =
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

  @TempDir static Path keys;

  Migration migration;
  WorkerHandler worker;
  private SnapshotKeeper keeper;

  @BeforeEach
  void shop() throws SQLException {
    open(SHOP, "", Map.of(), Map.of());
  }

  @AfterEach
  void end() {
    Failpoints.clear();
    worker.close();
    keeper.close();
  }

  void begin(String sourceSql, String targetSql) throws Exception {
    begin(sourceSql, targetSql, Map.of());
  }

  /** Other databases than the shop. */
  void begin(String sourceSql, String targetSql, Map<String, String> options) throws SQLException {
    begin(sourceSql, targetSql, options, Map.of());
  }

  /** The same under rules over several rows, by the names of tables. */
  void begin(
      String sourceSql,
      String targetSql,
      Map<String, String> options,
      Map<String, List<SetRule>> setRules)
      throws SQLException {
    end();
    open(sourceSql, targetSql, options, setRules);
  }

  private void open(
      String sourceSql,
      String targetSql,
      Map<String, String> options,
      Map<String, List<SetRule>> setRules)
      throws SQLException {
    PostgresServer.Endpoint source = OnPostgres.newDatabase("source");
    PostgresServer.Endpoint target = OnPostgres.newDatabase("target");
    run(source, sourceSql);
    run(target, targetSql);
    migration = new Migration(source, target, options, setRules);
    worker =
        new WorkerHandler(
            migration.access(),
            migration,
            QueueKeys.in(keys),
            new SessionSettings(4, Duration.ofSeconds(5)),
            BuildSettings.DEFAULT.withSessionsBeside(3));
    keeper =
        SnapshotKeeper.open(
            source.connect(),
            migration.tables.stream().map(table -> table.source()).toList(),
            SnapshotSettings.DEFAULT);
  }

  void moveAll(int times) throws Exception {
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

  void prepareTables(int times) throws Exception {
    for (var table : migration.tables) {
      twice(prepareTable(table.source().name(), 1, ExistingRows.REFUSE), times);
      assertThat(migration.last(TablePrepared.class).getChunks()).isEqualTo(1);
    }
  }

  void rollBackAll(int epoch) throws Exception {
    for (var table : migration.tables) {
      handle(rollBack(table.source().name(), epoch));
      assertThat(migration.last(TableRolledBack.class).getLeft()).isEmpty();
    }
    handle(rollBackTarget());
    assertThat(migration.last(TargetRolledBack.class).getLeft()).isEmpty();
  }

  void twice(SpecificRecord task, int times) throws Exception {
    for (int time = 0; time < times; time++) {
      handle(task);
    }
  }

  /** All reports of a type, in order. */
  <T extends SpecificRecord> List<T> reported(Class<T> type) {
    return migration.reports.stream().filter(type::isInstance).map(type::cast).toList();
  }

  void handle(SpecificRecord task) throws Exception {
    worker.handle(task, migration);
  }

  PrepareTarget prepareTarget() {
    return filled(new PrepareTarget());
  }

  PrepareTable prepareTable(String table, int epoch, ExistingRows existing) {
    return prepareTable(table, epoch, MigrationOptions.unset().setExistingRows(existing).build());
  }

  PrepareTable prepareTable(String table, int epoch, Options options) {
    PrepareTable task = filled(new PrepareTable(), table, epoch);
    put(task, "options", options);
    return task;
  }

  CopyChunk copy(String table, int epoch, int chunk) {
    CopyChunk task = filled(new CopyChunk(), table, epoch);
    put(task, "chunk", chunk);
    put(task, "batchRows", 1_000L);
    return task;
  }

  CheckTable check(String table, int epoch) {
    return filled(new CheckTable(), table, epoch);
  }

  CompleteTable complete(String table, int epoch) {
    return filled(new CompleteTable(), table, epoch);
  }

  /** All tables, or those named, in one go. */
  MoveGroup moveGroup(int epoch, String... tables) {
    MoveGroup task = filled(new MoveGroup());
    put(task, "members", members(epoch, tables));
    put(task, "batchRows", 1_000L);
    return task;
  }

  AddGroupForeignKeys addGroupForeignKeys(int epoch, String... tables) {
    AddGroupForeignKeys task = filled(new AddGroupForeignKeys());
    put(task, "members", members(epoch, tables));
    return task;
  }

  private List<GroupMember> members(int epoch, String... tables) {
    return migration.tables.stream()
        .filter(table -> tables.length == 0 || List.of(tables).contains(table.source().name()))
        .map(table -> new GroupMember(table.index(), epoch))
        .toList();
  }

  AddForeignKeys addForeignKeys(String table, int epoch) {
    return filled(new AddForeignKeys(), table, epoch);
  }

  /** Tries rows of the error queue again, or leaves them out; all that are open, or those named. */
  ResolveErrors resolve(ErrorAction action, Long... numbers) {
    ResolveErrors task = filled(new ResolveErrors());
    put(task, "resolution", new ErrorResolution(action, List.of(numbers), "of no use", "anna"));
    return task;
  }

  /** The rows of a table that are or were in the error queue. */
  List<QueuedRow> queue(String table) throws SQLException {
    try (Connection target = migration.target.connect()) {
      return new LedgerMarks(LedgerSettings.DEFAULT)
          .queued(target, "m").stream()
              .filter(row -> row.table().table().name().equals(table))
              .toList();
    }
  }

  /** What the last decision came to for a table. */
  TableErrors resolved(String table) {
    return reported(ErrorsResolved.class).getLast().getTables().stream()
        .filter(each -> each.getTableIndex() == migration.table(table).index())
        .findFirst()
        .orElseThrow();
  }

  /** A decision of its own, as each of a person's is. */
  ResolveErrors decision(String id, ErrorAction action, Long... numbers) {
    ResolveErrors task = resolve(action, numbers);
    put(task, "taskId", id);
    return task;
  }

  /** How many rows the target has. */
  String count(String table) throws SQLException {
    return ask(migration.target, "SELECT count(*) FROM " + table);
  }

  FinishTarget finish() {
    return filled(new FinishTarget());
  }

  ReleaseTarget release() {
    return filled(new ReleaseTarget());
  }

  RollBackTable rollBack(String table, int epoch) {
    return filled(new RollBackTable(), table, epoch);
  }

  RollBackTarget rollBackTarget() {
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
    put(task, "highestEpoch", 1);
    put(task, "snapshotId", keeper.snapshot().id());
    return task;
  }

  static void put(SpecificRecord task, String field, Object value) {
    var found = task.getSchema().getField(field);
    if (found != null) {
      task.put(found.pos(), value);
    }
  }
}
