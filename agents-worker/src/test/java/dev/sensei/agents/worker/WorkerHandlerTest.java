package dev.sensei.agents.worker;

import static dev.sensei.agents.testing.Migration.ask;
import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.testing.Migration;
import dev.sensei.agents.testing.OnPostgres;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.databases.failpoint.FailpointReached;
import dev.sensei.databases.failpoint.Failpoints;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.report.ChunkCopied;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** What the Worker makes of its tasks, done once, twice, or by one that dies. */
class WorkerHandlerTest extends WorkerOnDatabases {
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
        .contains("found 1 at fault: 1 by SQLSTATE 22001")
        .doesNotContain("canary");
    assertThat(ask(migration.target, "SELECT count(*) FROM pet")).isEqualTo("0");
    run(migration.target, "ALTER TABLE pet ALTER name TYPE varchar(20)");
    handle(copy("pet", 1, 0));
    assertThat(ask(migration.target, "SELECT max(born)::text || ' ' || max(price) FROM pet"))
        .isEqualTo("2024-01-01 23:30:00 1.50");
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
                OnPostgres.server(),
                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'sensei-worker%'"
                    + " AND backend_start < now() AND datname = '"
                    + migration.target.database()
                    + "' AND state <> 'idle'"))
        .isEqualTo("0");
  }
}
