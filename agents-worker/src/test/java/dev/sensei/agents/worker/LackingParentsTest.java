package dev.sensei.agents.worker;

import static dev.sensei.agents.testing.Migration.ask;
import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.agents.TaskFailure;
import dev.sensei.databases.failpoint.FailpointReached;
import dev.sensei.databases.failpoint.Failpoints;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.ledger.QueuedRow.State;
import dev.sensei.schemas.common.ErrorAction;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.report.ForeignKeysAdded;
import dev.sensei.schemas.task.ResolveErrors;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rows that were copied and refer to rows that were set aside, between real databases. */
class LackingParentsTest extends WorkerOnDatabases {
  /** Parents 7 and 8 are refused: ten children each, and twenty grandchildren of each of these. */
  private static final String FAMILY =
      """
      CREATE TABLE parent (id int PRIMARY KEY, name text);
      CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE);
      CREATE TABLE grandchild (id int PRIMARY KEY, child int REFERENCES child ON DELETE SET NULL);
      CREATE TABLE apart (id int PRIMARY KEY, parent int REFERENCES parent);
      INSERT INTO parent SELECT n, 'p' || n FROM generate_series(1, 100) n;
      INSERT INTO child SELECT n, 1 + n % 100 FROM generate_series(1, 1000) n;
      INSERT INTO grandchild SELECT n, 1 + n % 1000 FROM generate_series(1, 20000) n;
      INSERT INTO apart SELECT n, n FROM generate_series(20, 60) n;
      """;

  private static final String REFUSE = "ALTER TABLE parent ADD CHECK (name NOT IN ('p7', 'p8'))";

  /** Moves all but foreign keys, with what makes the target refuse rows. */
  private void moveTables(String sourceSql, String refuse) throws Exception {
    begin(sourceSql, "", Map.of("errorMaxRows", "100"));
    handle(prepareTarget());
    for (var table : migration.tables) {
      handle(prepareTable(table.source().name(), 1, ExistingRows.REFUSE));
    }
    run(migration.target, refuse);
    for (var table : migration.tables) {
      if (table.definition().holdsRows()) {
        handle(copy(table.source().name(), 1, 0));
      }
      handle(check(table.source().name(), 1));
      handle(complete(table.source().name(), 1));
    }
  }

  private TaskFailure lacking(String table) {
    TaskFailure[] found = new TaskFailure[1];
    assertThatThrownBy(() -> handle(addForeignKeys(table, 1)))
        .isInstanceOfSatisfying(TaskFailure.class, failed -> found[0] = failed);
    assertThat(found[0].failure().getCode()).isEqualTo(LackingParents.CODE);
    return found[0];
  }

  private void family() throws Exception {
    moveTables(FAMILY, REFUSE);
    lacking("child");
    handle(addForeignKeys("grandchild", 1));
    handle(addForeignKeys("apart", 1));
  }

  private String invalid() throws SQLException {
    return ask(
        migration.target,
        "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated");
  }

  /** Parents are taken, and then all that refers to them, as a person would have it. */
  private void mendAll() throws Exception {
    run(
        migration.target,
        "DO $$ DECLARE c text; BEGIN FOR c IN SELECT conname FROM pg_constraint WHERE contype = 'c'"
            + " AND conrelid = 'parent'::regclass LOOP EXECUTE 'ALTER TABLE parent DROP CONSTRAINT"
            + " ' || quote_ident(c); END LOOP; END $$");
    for (int pass = 1; pass <= 3; pass++) {
      handle(decision("mend" + pass, ErrorAction.RETRY));
    }
    for (var table : migration.tables) {
      handle(addForeignKeys(table.source().name(), 1));
      assertThat(queue(table.source().name()))
          .allSatisfy(row -> assertThat(row.state()).isEqualTo(State.RETRIED));
    }
    assertThat(invalid()).isEqualTo("0");
  }

  private void assertAllIsThere(String... tables) throws SQLException {
    for (String table : tables) {
      String digest = "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0)";
      assertThat(ask(migration.target, digest + " FROM %s t".formatted(table)))
          .as(table)
          .isEqualTo(ask(migration.source, digest + " FROM %s t".formatted(table)));
    }
  }

  @Test
  void theFailureNamesTheForeignKeyTheTableAndHowManyRowsReferToWhatIsNotThere() throws Exception {
    moveTables(FAMILY, REFUSE);
    assertThat(lacking("child").failure().getMessage())
        .isEqualTo(
            "foreign key child_parent_fkey lacks rows of public.parent: 20 rows of public.child"
                + " refer to rows that are not there, and 2 rows of public.parent were set aside");
    handle(addForeignKeys("apart", 1));
    assertThat(migration.last(ForeignKeysAdded.class).getBuilt()).hasSize(1);
  }

  @Test
  void orphansOfTheSourceItselfAreTheServersFailureAsBefore() throws Exception {
    moveTables(
        FAMILY
            + "ALTER TABLE apart DISABLE TRIGGER ALL; INSERT INTO apart VALUES (1, 4711);"
            + "ALTER TABLE apart ENABLE TRIGGER ALL; DELETE FROM child WHERE parent IN (7, 8)",
        "");
    assertThatThrownBy(() -> handle(addForeignKeys("apart", 1)))
        .isNotInstanceOf(TaskFailure.class)
        .hasMessageContaining("SQLSTATE 23503");
  }

  @Test
  void aParentThatIsMendedLetsTheForeignKeyBeMade() throws Exception {
    family();
    run(migration.source, "UPDATE parent SET name = 'mended' WHERE id IN (7, 8)");
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(resolved("parent").getCorrected()).isEqualTo(2);
    handle(addForeignKeys("child", 1));
    assertThat(invalid()).isEqualTo("0");
    assertThat(count("child")).isEqualTo("1000");
  }

  @Test
  void aRowThatLacksItsParentIsNotTakenWhileTheForeignKeyWaits() throws Exception {
    moveTables(FAMILY, REFUSE + "; ALTER TABLE child ADD CONSTRAINT odd CHECK (id <> 6)");
    assertThat(queue("child")).hasSize(1);
    lacking("child");
    run(migration.target, "ALTER TABLE child DROP CONSTRAINT odd");
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(queue("child"))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.state()).isEqualTo(State.OPEN);
              assertThat(row.fault().kind()).isEqualTo("23503");
            });
  }

  @Test
  void childrenAreSetAsideWithAllThatRefersToThemAndNothingIsLost() throws Exception {
    family();
    handle(decision("d1", ErrorAction.SET_ASIDE_ORPHANS));

    assertThat(resolved("child").getOpen()).isEqualTo(20);
    assertThat(resolved("child").getWithdrawn()).isEqualTo(20);
    assertThat(resolved("grandchild").getWithdrawn()).isEqualTo(400);
    assertThat(resolved("parent").getWithdrawn()).isZero();
    assertThat(count("child")).isEqualTo("980");
    assertThat(count("grandchild")).isEqualTo("19600");
    assertThat(ask(migration.target, "SELECT count(*) FROM grandchild WHERE child IS NULL"))
        .isEqualTo("0");
    assertThat(queue("grandchild"))
        .allSatisfy(
            row -> {
              assertThat(row.chunk()).isEqualTo(QueuedRow.WITHDRAWN);
              assertThat(row.fault().fields().constraint()).contains("grandchild_child_fkey");
            });
    // What was validated is again, and the other can be now.
    assertThat(invalid()).isEqualTo("1");
    handle(addForeignKeys("child", 1));
    assertThat(invalid()).isEqualTo("0");
    mendAll();
    assertAllIsThere("parent", "child", "grandchild", "apart");
    assertThat(resolved("child").getRetried()).isEqualTo(20);
    assertThat(resolved("child").getWithdrawn()).isEqualTo(20);
  }

  @Test
  void aKillAtAnyPlaceLeavesAllOrNothingAndTheNextDeliveryEndsIt() throws Exception {
    for (String place : List.of("before-orphans-commit", "after-orphans-commit", "before-report")) {
      family();
      Failpoints.configure(place + "=throw@1");
      ResolveErrors task = decision("d1", ErrorAction.SET_ASIDE_ORPHANS);
      assertThatThrownBy(() -> handle(task)).as(place).isInstanceOf(FailpointReached.class);
      Failpoints.clear();
      boolean committed = !place.equals("before-orphans-commit");
      assertThat(count("child")).as(place).isEqualTo(committed ? "980" : "1000");
      assertThat(count("grandchild")).as(place).isEqualTo(committed ? "19600" : "20000");
      assertThat(queue("child")).as(place).hasSize(committed ? 20 : 0);
      twice(task, 2);
      assertThat(count("child")).isEqualTo("980");
      assertThat(queue("child")).hasSize(20);
      assertThat(queue("grandchild")).hasSize(400);
      assertThat(resolved("child").getWithdrawn()).isEqualTo(20);
      handle(addForeignKeys("child", 1));
    }
  }

  @Test
  void anAttemptThatComesLateOrForAnEarlierRunSetsNothingAside() throws Exception {
    family();
    ResolveErrors early = decision("d1", ErrorAction.SET_ASIDE_ORPHANS);
    put(early, "highestEpoch", 0);
    assertThatThrownBy(() -> handle(early))
        .isInstanceOfSatisfying(
            TaskFailure.class,
            failed -> assertThat(failed.failure().getCode()).isEqualTo("EPOCH_SUPERSEDED"));
    assertThat(count("child")).isEqualTo("1000");

    handle(decision("d2", ErrorAction.SKIP));
    handle(decision("d2", ErrorAction.SET_ASIDE_ORPHANS));
    assertThat(count("child")).isEqualTo("1000");
    assertThat(queue("child")).isEmpty();
  }

  @Test
  void rowsThatHadComeLateAreOpenAgain() throws Exception {
    moveTables(FAMILY, REFUSE + "; ALTER TABLE child ADD CONSTRAINT odd CHECK (id NOT IN (6, 9))");
    run(migration.target, "ALTER TABLE child DROP CONSTRAINT odd");
    run(migration.source, "UPDATE child SET parent = 7 WHERE id = 9");
    // Nobody has tried to make the foreign keys, so that rows are taken without their parents.
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(queue("child").stream().map(QueuedRow::state))
        .containsExactly(State.RETRIED, State.CORRECTED);
    assertThat(lacking("child").failure().getMessage()).contains("21 rows of public.child");

    handle(decision("d2", ErrorAction.SET_ASIDE_ORPHANS));
    assertThat(queue("child")).hasSize(21);
    assertThat(queue("child"))
        .allSatisfy(
            row -> {
              assertThat(row.state()).isEqualTo(State.OPEN);
              assertThat(row.writtenBy()).isZero();
            });
    assertThat(resolved("child").getWithdrawn()).isEqualTo(19);
    handle(addForeignKeys("child", 1));
  }

  @Test
  void aTableThatRefersToItselfLosesAllThatHangsOnTheRow() throws Exception {
    moveTables(
        """
        CREATE TABLE parent (id int PRIMARY KEY, name text, boss int REFERENCES parent ON DELETE SET NULL);
        INSERT INTO parent SELECT n, 'p' || n, CASE WHEN n > 1 THEN n / 2 END FROM generate_series(1, 63) n;
        """,
        REFUSE);
    assertThat(lacking("parent").failure().getMessage()).contains("4 rows of public.parent");
    handle(decision("d1", ErrorAction.SET_ASIDE_ORPHANS));
    // Of 7 hang 14, 15 and theirs, of 8 hang 16, 17 and theirs.
    assertThat(resolved("parent").getWithdrawn()).isEqualTo(20);
    assertThat(count("parent")).isEqualTo("41");
    handle(addForeignKeys("parent", 1));
    mendAll();
    assertAllIsThere("parent");
  }

  @Test
  void tablesThatReferToEachOtherInACircleLoseWhatHangsOnTheRow() throws Exception {
    moveTables(
        """
        CREATE TABLE parent (id int PRIMARY KEY, name text, head int);
        CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE);
        INSERT INTO parent SELECT n, 'p' || n, NULL FROM generate_series(1, 20) n;
        INSERT INTO child SELECT n, n FROM generate_series(1, 20) n;
        UPDATE parent SET head = 7 WHERE id = 3;
        ALTER TABLE parent ADD FOREIGN KEY (head) REFERENCES child ON DELETE CASCADE;
        """,
        REFUSE);
    lacking("child");
    handle(addForeignKeys("parent", 1));
    handle(decision("d1", ErrorAction.SET_ASIDE_ORPHANS));
    // Children 7 and 8, parent 3 whose head 7 was, and child 3.
    assertThat(count("child")).isEqualTo("17");
    assertThat(count("parent")).isEqualTo("17");
    handle(addForeignKeys("child", 1));
    mendAll();
    assertAllIsThere("parent", "child");
  }

  @Test
  void rowsWithoutAKeyOfTheirOwnAreToldByWhatTheyReferTo() throws Exception {
    moveTables(
        """
        CREATE TABLE parent (id int, name text, PRIMARY KEY (id, name));
        CREATE TABLE child (a int, b text, note text, FOREIGN KEY (a, b) REFERENCES parent MATCH FULL);
        INSERT INTO parent SELECT n, 'p' || n FROM generate_series(1, 10) n;
        INSERT INTO child SELECT n, 'p' || n, 'x' FROM generate_series(1, 10) n, generate_series(1, 3);
        INSERT INTO child VALUES (NULL, NULL, 'of nobody');
        """,
        REFUSE);
    assertThat(lacking("child").failure().getMessage()).contains("6 rows of public.child");
    handle(decision("d1", ErrorAction.SET_ASIDE_ORPHANS));
    assertThat(count("child")).isEqualTo("25");
    handle(addForeignKeys("child", 1));
    mendAll();
    assertAllIsThere("parent", "child");
  }

  @Test
  void aRowThatARuleLeftOutIsNoneOfThoseThatAreTakenOut() throws Exception {
    moveTables(
        """
        CREATE TABLE parent (id int PRIMARY KEY, name text);
        CREATE TABLE child (parent int REFERENCES parent, note text);
        INSERT INTO parent SELECT n, 'p' || n FROM generate_series(1, 10) n;
        INSERT INTO child SELECT n, 'x' FROM generate_series(1, 10) n;
        INSERT INTO child VALUES (7, 'y');
        """,
        REFUSE + "; ALTER TABLE child ADD CONSTRAINT odd CHECK (note <> 'y')");
    assertThat(queue("child")).hasSize(1);
    run(
        migration.target,
        "UPDATE sensei_ledger.queued_row SET state = 'LEFT_OUT' WHERE table_name = 'child'");
    lacking("child");

    handle(decision("d1", ErrorAction.SET_ASIDE_ORPHANS));
    assertThat(count("child")).isEqualTo("8");
    assertThat(queue("child").stream().map(QueuedRow::state))
        .containsExactlyInAnyOrder(State.LEFT_OUT, State.OPEN, State.OPEN);
  }

  @Test
  void partitionsLoseTheirRowsLikeAnyTable() throws Exception {
    moveTables(
        """
        CREATE TABLE parent (id int PRIMARY KEY, name text);
        CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent) PARTITION BY RANGE (id);
        CREATE TABLE child_low PARTITION OF child FOR VALUES FROM (0) TO (50);
        CREATE TABLE child_high PARTITION OF child FOR VALUES FROM (50) TO (1000);
        INSERT INTO parent SELECT n, 'p' || n FROM generate_series(1, 10) n;
        INSERT INTO child SELECT n, 1 + n % 10 FROM generate_series(1, 100) n;
        """,
        REFUSE);
    assertThat(lacking("child").failure().getMessage()).contains("20 rows of public.child");
    handle(decision("d1", ErrorAction.SET_ASIDE_ORPHANS));
    assertThat(resolved("child_low").getWithdrawn()).isEqualTo(10);
    assertThat(resolved("child_high").getWithdrawn()).isEqualTo(10);
    handle(addForeignKeys("child", 1));
    mendAll();
    assertAllIsThere("parent", "child_low", "child_high");
  }

  @Test
  void aSourceThatHasTheRowsNoMoreIsSaidAndNothingIsSetAside() throws Exception {
    family();
    run(
        migration.target,
        "ALTER TABLE child DISABLE TRIGGER ALL; INSERT INTO child VALUES (4711, 7)");
    assertThatThrownBy(() -> handle(decision("d1", ErrorAction.SET_ASIDE_ORPHANS)))
        .isInstanceOfSatisfying(
            TaskFailure.class,
            failed -> assertThat(failed.failure().getCode()).isEqualTo("ORPHANS_NOT_FOUND"));
    assertThat(count("child")).isEqualTo("1001");
    assertThat(queue("child")).isEmpty();
  }
}
