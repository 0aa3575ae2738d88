package dev.sensei.agents.worker;

import static dev.sensei.agents.testing.Migration.ask;
import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.testing.Migration;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.failpoint.FailpointReached;
import dev.sensei.databases.failpoint.Failpoints;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.report.TableChecked;
import dev.sensei.schemas.report.TablePrepared;
import dev.sensei.schemas.report.TableRolledBack;
import dev.sensei.schemas.report.TargetRolledBack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code existingRows: append}: rows join those that the target holds, and leave them again. */
class JoiningRowsTest extends WorkerOnDatabases {
  private static final String TABLES =
      """
      CREATE SEQUENCE tickets;
      CREATE TABLE parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
        above int REFERENCES parent, CHECK (id <> 913));
      CREATE TABLE child (id int, parent int REFERENCES parent);
      CREATE TABLE bare ();
      """;

  private static final String SOURCE =
      TABLES
          + """
          INSERT INTO parent (id, name, above) OVERRIDING SYSTEM VALUE
            SELECT 1000 + n, 'canary' || n, 1000 + n % 500 + 1 FROM generate_series(1, 500) n;
          INSERT INTO child SELECT n, 1001 FROM generate_series(1, 300) n;
          INSERT INTO bare SELECT FROM generate_series(1, 3);
          SELECT setval('tickets', 10);
          """;

  /** With columns of its own, one computed and one with a value of its own, and with rows. */
  private static final String TARGET =
      TABLES
          + """
          ALTER TABLE parent ADD COLUMN origin text NOT NULL DEFAULT 'moved',
            ADD COLUMN shout text GENERATED ALWAYS AS (upper(name)) STORED;
          INSERT INTO parent (name, origin) SELECT 'theirs', 'here' FROM generate_series(1, 20);
          INSERT INTO child VALUES (1, 1), (1, 1), (2, 7);
          INSERT INTO bare SELECT;
          SELECT setval('tickets', 70);
          """;

  private static final String CONTENT =
      """
      SELECT (SELECT md5(string_agg(p::text, ',' ORDER BY id)) FROM parent p)
        || (SELECT md5(string_agg(c::text, ',' ORDER BY c::text)) FROM child c)
        || (SELECT count(*) FROM bare)\
      """;

  private String before = "";

  @BeforeEach
  void filled() throws SQLException {
    filled(SOURCE, TARGET);
  }

  private void filled(String source, String target) throws SQLException {
    begin(source, target, Map.of("existingRows", "APPEND"));
    before = ask(migration.target, CONTENT);
  }

  private void copyAll(int times) throws Exception {
    twice(prepareTarget(), times);
    for (var table : migration.tables) {
      twice(prepareTable(table.source().name(), 1, ExistingRows.APPEND), times);
      twice(copy(table.source().name(), 1, 0), times);
      twice(check(table.source().name(), 1), times);
    }
  }

  private void moveIn(int times) throws Exception {
    for (String table : List.of("parent", "child", "bare")) {
      twice(complete(table, 1), times);
    }
  }

  private void rollBack() throws Exception {
    for (String table : List.of("child", "parent", "bare")) {
      handle(rollBack(table, 2));
      assertThat(migration.last(TableRolledBack.class).getLeft()).isEmpty();
    }
    handle(rollBackTarget());
    assertThat(migration.last(TargetRolledBack.class).getLeft()).isEmpty();
    assertThat(ask(migration.target, CONTENT)).isEqualTo(before);
    assertThat(CatalogComparison.compare(migration.before, Migration.catalog(migration.target)))
        .isEmpty();
  }

  @Test
  void rowsComeInOnceWithOneTransactionAndTheOthersStay() throws Exception {
    copyAll(2);
    assertThat(reported(TablePrepared.class))
        .extracting(TablePrepared::getRowsBefore)
        .contains(20L, 3L, 1L);
    assertThat(reported(TableChecked.class))
        .extracting(TableChecked::getTargetRows)
        .contains(500L, 300L, 3L);
    assertThat(ask(migration.target, CONTENT)).isEqualTo(before);

    moveIn(2);
    assertThat(
            ask(
                migration.target,
                "SELECT string_agg(origin || ' ' || n, ', ' ORDER BY origin) FROM (SELECT origin,"
                    + " count(*) AS n FROM parent WHERE shout = upper(name) GROUP BY origin) o"))
        .isEqualTo("here 20, moved 500");
    assertThat(ask(migration.target, "SELECT count(*) FROM child")).isEqualTo("303");
    assertThat(ask(migration.target, "SELECT count(*) FROM bare")).isEqualTo("4");
    assertThat(migration.reports.toString()).doesNotContain("canary");

    handle(finish());
    handle(release());
    assertThat(ask(migration.target, "SELECT to_regnamespace('sensei_ledger') IS NULL"))
        .isEqualTo("t");
  }

  @Test
  void aRollbackTakesOurRowsAndNoOthers() throws Exception {
    copyAll(1);
    rollBack();
    filled();
    copyAll(1);
    moveIn(1);
    handle(finish());
    rollBack();
    assertThat(ask(migration.target, "SELECT last_value FROM tickets")).isEqualTo("70");
  }

  @Test
  void aTableThatStartsOverHasItsRowsOnce() throws Exception {
    copyAll(1);
    moveIn(1);
    handle(rollBack("child", 2));
    handle(prepareTable("child", 2, ExistingRows.APPEND));
    handle(copy("child", 2, 0));
    handle(check("child", 2));
    assertThat(migration.last(TableChecked.class).getTargetRows()).isEqualTo(300);
    handle(complete("child", 2));
    assertThat(ask(migration.target, "SELECT count(*) FROM child")).isEqualTo("303");
    // One of the earlier epoch comes late.
    assertThatThrownBy(() -> handle(complete("child", 1))).isInstanceOf(TaskFailure.class);
    assertThat(ask(migration.target, "SELECT count(*) FROM child")).isEqualTo("303");
  }

  @Test
  void aKillAtAnyPlaceIsGoneOnFrom() throws Exception {
    for (String place : List.of("before-move-in-commit", "after-move-in-commit", "before-report")) {
      filled();
      copyAll(1);
      Failpoints.configure(place + "=throw@1");
      assertThatThrownBy(() -> handle(complete("parent", 1))).isInstanceOf(FailpointReached.class);
      Failpoints.clear();
      assertThat(ask(migration.target, "SELECT count(*) FROM parent"))
          .as(place)
          .isEqualTo(place.equals("before-move-in-commit") ? "20" : "520");
      moveIn(1);
      assertThat(ask(migration.target, "SELECT count(*) FROM parent")).isEqualTo("520");
      Failpoints.configure("before-epoch-commit=throw@1");
      assertThatThrownBy(() -> handle(rollBack("child", 2))).isInstanceOf(FailpointReached.class);
      Failpoints.clear();
      rollBack();
    }
  }

  @Test
  void aKeyThatIsOnBothSidesFailsTheTableAndLeavesItAsItWas() throws Exception {
    filled(
        SOURCE,
        TARGET
            + "INSERT INTO parent (id, name) OVERRIDING SYSTEM VALUE VALUES (1200, 'in the way');");
    copyAll(1);
    DatabaseException refused =
        catchThrowableOfType(DatabaseException.class, () -> handle(complete("parent", 1)));
    assertThat(refused.constraint()).hasValue("parent_pkey");
    assertThat(ask(migration.target, CONTENT)).isEqualTo(before);
    rollBack();
  }

  @Test
  void aRowThatACheckRefusesIsFoundInItsChunk() throws Exception {
    filled(
        SOURCE,
        TARGET + "ALTER TABLE parent ADD CONSTRAINT few CHECK (above IS NULL OR above <> 1005);");
    handle(prepareTarget());
    handle(prepareTable("parent", 1, ExistingRows.APPEND));
    TaskFailure refused =
        catchThrowableOfType(TaskFailure.class, () -> handle(copy("parent", 1, 0)));
    assertThat(refused.failure().getMessage()).contains("found 1 at fault:", "constraint few");
  }

  @Test
  void aTableThatLeavesRowsOutGetsNone() throws Exception {
    filled(
        SOURCE,
        TARGET
            + """
            CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN RETURN CASE WHEN new.id % 2 = 0 THEN new END; END $$;
            CREATE TRIGGER leave_out BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION leave_out();
            """);
    copyAll(1);
    handle(complete("parent", 1));
    TaskFailure refused =
        catchThrowableOfType(TaskFailure.class, () -> handle(complete("child", 1)));
    assertThat(refused.failure().getCode()).isEqualTo("ROWS_NOT_TAKEN");
    assertThat(refused.failure().getMessage()).contains("take 300 rows, it took 150");
    assertThat(ask(migration.target, "SELECT count(*) FROM child")).isEqualTo("3");
    rollBack();
  }

  @Test
  void rowsThatCannotBeToldFromOthersStayOutside() throws Exception {
    filled(
        SOURCE,
        TARGET
            + """
            CREATE TABLE aside (LIKE child);
            CREATE RULE aside AS ON INSERT TO child DO INSTEAD
              INSERT INTO aside VALUES (new.id, new.parent);
            """);
    copyAll(1);
    handle(complete("parent", 1));
    TaskFailure refused =
        catchThrowableOfType(TaskFailure.class, () -> handle(complete("child", 1)));
    assertThat(refused.failure().getCode()).isEqualTo("ROWS_NOT_TAKEN");
    assertThat(ask(migration.target, "SELECT count(*) FROM aside")).isEqualTo("0");
    rollBack();
  }

  @Test
  void behindTheLedgersEndRowsAreListedSinceNobodyCanTellThem() throws Exception {
    copyAll(1);
    moveIn(1);
    handle(finish());
    handle(release());
    handle(rollBack("child", 2));
    assertThat(migration.last(TableRolledBack.class).getLeft())
        .singleElement()
        .asString()
        .startsWith("rows of the migration in public.child, among others");
    assertThat(ask(migration.target, "SELECT count(*) FROM child")).isEqualTo("303");
  }

  @Test
  void aRollbackEndsAMoveThatHangs(@TempDir Path directory) throws Exception {
    copyAll(1);
    handle(complete("parent", 1));
    Path paused = directory.resolve("paused");
    Failpoints.configure("before-move-in-commit=pause(%s)@1".formatted(paused));
    try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> hanging =
          thread.submit(
              () -> {
                handle(complete("child", 1));
                return true;
              });
      try {
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(paused));
        handle(rollBack("child", 2));
      } finally {
        Files.deleteIfExists(paused);
      }
      assertThatThrownBy(hanging::get).hasCauseInstanceOf(DatabaseException.class);
    }
    rollBack();
  }

  /** Where somebody pauses or cancels, nobody waits for as long as another locks the table. */
  @Test
  void whatWaitsForTheTableEndsWhenItIsNotWantedAnyMore() throws Exception {
    handle(prepareTarget());
    endsWhenCancelled(prepareTable("child", 1, ExistingRows.APPEND));
    copyAll(1);
    handle(complete("parent", 1));
    endsWhenCancelled(complete("child", 1));
    rollBack();
  }

  private void endsWhenCancelled(SpecificRecord task) throws Exception {
    try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
        Connection other = migration.target.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE child");
      Future<?> waiting =
          thread.submit(
              () -> {
                handle(task);
                return true;
              });
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  ask(
                          migration.target,
                          "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation ="
                              + " 'child'::regclass AND database = (SELECT oid FROM pg_database"
                              + " WHERE datname = current_database())")
                      .equals("1"));
      migration.cancelled = true;
      assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(TaskReleasedException.class);
    } finally {
      migration.cancelled = false;
    }
  }

  @Test
  void rowsThatOthersReferToWaitUntilThoseAreGone() throws Exception {
    filled(
        SOURCE,
        TARGET
            + """
            ALTER TABLE child DROP CONSTRAINT child_parent_fkey,
              ADD CONSTRAINT child_parent_fkey FOREIGN KEY (parent) REFERENCES parent ON DELETE RESTRICT;
            """);
    copyAll(1);
    moveIn(1);
    TaskFailure waits =
        catchThrowableOfType(TaskFailure.class, () -> handle(rollBack("parent", 2)));
    assertThat(waits.failure().getFailureClass()).isEqualTo(FailureClass.TRANSIENT);
    assertThat(waits.failure().getMessage()).contains("child_parent_fkey");
    rollBack();
  }

  @Test
  void whatOthersDoMeanwhileIsLeftAndTold() throws Exception {
    copyAll(1);
    moveIn(1);
    run(migration.target, "INSERT INTO child VALUES (9, 9)");
    run(migration.target, "UPDATE child SET id = 77 WHERE id = 300");
    handle(rollBack("child", 2));
    assertThat(migration.last(TableRolledBack.class).getLeft())
        .containsExactly(
            "other rows in public.child than before the migration: it held 3 then, and holds 5"
                + " now");
  }

  @Test
  void aSequenceOfTheTargetNeverGoesBack() throws Exception {
    copyAll(1);
    moveIn(1);
    handle(finish());
    assertThat(ask(migration.target, "SELECT last_value FROM tickets")).isEqualTo("70");
    run(migration.source, "SELECT setval('tickets', 100)");
    handle(finish());
    assertThat(ask(migration.target, "SELECT last_value FROM tickets")).isEqualTo("100");
    run(migration.target, "SELECT nextval('tickets')");
    rollBack();
    // Somebody took 101 meanwhile.
    assertThat(ask(migration.target, "SELECT last_value FROM tickets")).isEqualTo("101");
  }
}
