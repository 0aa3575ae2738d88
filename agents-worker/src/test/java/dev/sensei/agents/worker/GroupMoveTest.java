package dev.sensei.agents.worker;

import static dev.sensei.agents.testing.Migration.ask;
import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.testing.Migration;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.databases.failpoint.FailpointReached;
import dev.sensei.databases.failpoint.Failpoints;
import dev.sensei.schemas.report.ChunkCopied;
import dev.sensei.schemas.report.ForeignKeysAdded;
import dev.sensei.schemas.report.GroupTableMoved;
import dev.sensei.schemas.report.TableChecked;
import dev.sensei.schemas.report.TableRolledBack;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Small tables moved in one go: done once, twice, by one that dies, beside one that goes alone. */
class GroupMoveTest extends WorkerOnDatabases {
  private static final String IN_WORK =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'sensei-worker/%'"
          + " AND datname = current_database()";

  @Test
  void aGroupDoneTwiceGivesOneCopyOfEverythingAndTheSameReports() throws Exception {
    handle(prepareTarget());
    twice(moveGroup(1), 2);
    twice(addGroupForeignKeys(1), 2);
    handle(finish());
    handle(release());

    assertThat(
            CatalogComparison.compare(
                Migration.catalog(migration.source), Migration.catalog(migration.target)))
        .isEmpty();
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("5000");
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.bare")).isEqualTo("3");
    int tables = migration.tables.size();
    List<GroupTableMoved> reports = reported(GroupTableMoved.class);
    assertThat(reports).hasSize(2 * tables);
    assertThat(reports.subList(0, tables))
        .map(GroupTableMoved::getEvidence)
        .map(evidence -> evidence.getChunk() + " " + evidence.getRows() + evidence.getDigest())
        .isEqualTo(
            reports.subList(tables, 2 * tables).stream()
                .map(GroupTableMoved::getEvidence)
                .map(
                    evidence ->
                        evidence.getChunk() + " " + evidence.getRows() + evidence.getDigest())
                .toList());
    assertThat(reports).allMatch(r -> r.getTargetRows() == r.getEvidence().getRows());
    assertThat(reported(ForeignKeysAdded.class)).hasSize(2 * tables);
    assertThat(migration.reports.toString()).doesNotContain("canary");
  }

  @Test
  void aKillAtAnyPlaceLeavesAllOrNothing() throws Exception {
    for (String place :
        List.of(
            "after-claim",
            "mid-chunk",
            "mid-index-build",
            "before-ledger-row",
            "before-chunk-commit",
            "after-chunk-commit",
            "before-report")) {
      begin(SHOP, "");
      handle(prepareTarget());
      Failpoints.configure(place + "=throw@1");
      assertThatThrownBy(() -> handle(moveGroup(1))).isInstanceOf(FailpointReached.class);
      Failpoints.clear();
      boolean committed = place.equals("after-chunk-commit") || place.equals("before-report");
      assertThat(ask(migration.target, "SELECT count(*) FROM shop.player"))
          .as(place)
          .isEqualTo(committed ? "5000" : "0");
      assertThat(ask(migration.target, "SELECT count(*) FROM sensei_ledger.chunk"))
          .as(place)
          .isEqualTo(committed ? "" + migration.tables.size() : "0");
      handle(moveGroup(1));
      assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("5000");
      assertThat(reported(GroupTableMoved.class)).hasSize(migration.tables.size());
    }
  }

  @Test
  void aTableAtFaultStopsTheGroupAndEachThenGoesByItself() throws Exception {
    begin(
        "CREATE TABLE good (id int PRIMARY KEY); INSERT INTO good SELECT generate_series(1, 10);"
            + " CREATE TABLE bad (id int); INSERT INTO bad VALUES (1), (1)",
        "");
    handle(prepareTarget());
    run(migration.target, "CREATE UNIQUE INDEX in_the_way ON bad (id)");
    DatabaseException refused =
        catchThrowableOfType(DatabaseException.class, () -> handle(moveGroup(1)));
    assertThat(refused.errorClass()).isEqualTo(ErrorClass.DATA);
    assertThat(ask(migration.target, "SELECT count(*) FROM good")).isEqualTo("0");

    prepareTables(1);
    handle(copy("good", 1, 0));
    handle(check("good", 1));
    assertThat(migration.last(TableChecked.class).getTargetRows()).isEqualTo(10);
    assertThatThrownBy(() -> handle(copy("bad", 1, 0))).isInstanceOf(TaskFailure.class);
  }

  @Test
  void whatOneTookAloneTheGroupLeavesAndTheOtherWayRound() throws Exception {
    handle(prepareTarget());
    handle(prepareTable("player", 1, dev.sensei.schemas.common.ExistingRows.REFUSE));
    handle(copy("player", 1, 0));
    handle(moveGroup(1));
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("5000");
    handle(copy("team", 1, 0));
    assertThat(migration.last(ChunkCopied.class).getRedelivered()).isTrue();
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.team")).isEqualTo("10");
  }

  @Test
  void aTableThatWasDividedOtherwiseIsLeftAlone() throws Exception {
    handle(prepareTarget());
    handle(moveGroup(1, "team"));
    run(
        migration.target,
        "INSERT INTO sensei_ledger.chunk_bounds SELECT table_schema, table_name, epoch, 1,"
            + " migration_id, 5, NULL, snapshot_number FROM sensei_ledger.chunk_bounds");
    TaskFailure left = catchThrowableOfType(TaskFailure.class, () -> handle(moveGroup(1)));
    assertThat(left.failure().getCode()).isEqualTo("NOT_IN_GROUP");
    assertThat(reported(GroupTableMoved.class)).hasSize(migration.tables.size());
  }

  @Test
  void anOlderEpochWritesNothing() throws Exception {
    handle(prepareTarget());
    handle(moveGroup(1));
    handle(rollBack("player", 2));
    assertThat(migration.last(TableRolledBack.class).getLeft()).isEmpty();
    TaskFailure left = catchThrowableOfType(TaskFailure.class, () -> handle(moveGroup(1)));
    assertThat(left.failure().getMessage()).contains("1 of " + migration.tables.size());
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("0");
  }

  @Test
  void aRollbackEndsAGroupThatHangsInTheTable() throws Exception {
    handle(prepareTarget());
    handle(moveGroup(1));
    handle(rollBack("bare", 2));
    try (Connection hanging = migration.target.connect();
        Statement statement = hanging.createStatement()) {
      hanging.setAutoCommit(false);
      statement.execute("SET application_name = 'sensei-worker/m/g0-9'");
      statement.execute("SELECT * FROM sensei_ledger.claim FOR SHARE");
      statement.execute("INSERT INTO shop.player (id, name) VALUES (99999, 'late')");
      handle(rollBack("player", 2));
      assertThat(migration.last(TableRolledBack.class).getLeft()).isEmpty();
      assertThatThrownBy(hanging::commit).isInstanceOf(java.sql.SQLException.class);
    }
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("0");
  }

  @Test
  void ofTwoWorkersWithOneGroupOneWritesAndTheOtherFindsIt() throws Exception {
    handle(prepareTarget());
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<Boolean>> both = new ArrayList<>();
      for (int worker = 0; worker < 2; worker++) {
        both.add(
            threads.submit(
                () -> {
                  handle(moveGroup(1));
                  return true;
                }));
      }
      for (Future<Boolean> each : both) {
        assertThat(each.get(60, TimeUnit.SECONDS)).isTrue();
      }
    }
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("5000");
    assertThat(reported(GroupTableMoved.class)).hasSize(2 * migration.tables.size());
  }

  @Test
  void aTableThatHasGrownSinceItWasPlannedGoesAlone() throws Exception {
    run(
        migration.source,
        "INSERT INTO shop.player (name) SELECT md5(n::text) || md5(n + 1 || '') || md5(n + 2 || '')"
            + " || md5(n + 3 || '') FROM generate_series(1, 120000) n");
    handle(prepareTarget());
    TaskFailure left = catchThrowableOfType(TaskFailure.class, () -> handle(moveGroup(1)));
    assertThat(left.failure().getMessage()).contains("1 of " + migration.tables.size());
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.team")).isEqualTo("10");
  }

  @Test
  void aCancelledGroupIsReleasedAndLeavesNothing() throws Exception {
    handle(prepareTarget());
    migration.cancelled = true;
    assertThatThrownBy(() -> handle(moveGroup(1))).isInstanceOf(TaskReleasedException.class);
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("0");
    assertThat(ask(migration.target, IN_WORK)).isEqualTo("0");
    migration.cancelled = false;
    handle(moveGroup(1));
    assertThat(reported(GroupTableMoved.class)).hasSize(migration.tables.size());
  }
}
