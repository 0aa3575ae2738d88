package dev.sensei.agents.worker;

import static dev.sensei.agents.testing.Migration.ask;
import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TableName;
import dev.sensei.databases.failpoint.FailpointReached;
import dev.sensei.databases.failpoint.Failpoints;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.ledger.QueuedRow.State;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.schemas.common.ErrorAction;
import dev.sensei.schemas.common.ExistingRows;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rows that lack what they refer to, and get it from the source as it is now. */
class MissingParentsTest extends WorkerOnDatabases {
  /** Children 6, 7 and 8 lack parents 60 and 70, and parent 60 will want grandparent 600. */
  private static final String SOURCE =
      """
      CREATE TABLE grandparent (id int PRIMARY KEY, name text);
      CREATE TABLE parent (id int PRIMARY KEY, grandparent int, name text);
      CREATE TABLE child (id int PRIMARY KEY, parent int, name text);
      INSERT INTO grandparent SELECT n, 'g' || n FROM generate_series(1, 5) n;
      INSERT INTO parent SELECT n, 1 + n % 5, 'p' || n FROM generate_series(1, 20) n;
      INSERT INTO child SELECT n, n, 'c' || n FROM generate_series(1, 20) n;
      UPDATE child SET parent = 60 WHERE id IN (6, 7);
      UPDATE child SET parent = 70 WHERE id = 8;
      """;

  private static final String TARGET =
      """
      CREATE TABLE grandparent (id int PRIMARY KEY, name text);
      CREATE TABLE parent (id int PRIMARY KEY, grandparent int REFERENCES grandparent, name varchar(10));
      CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent, name text);
      """;

  private static final String LATER =
      """
      INSERT INTO grandparent VALUES (600, 'late');
      INSERT INTO parent VALUES (60, 600, 'late');
      """;

  private void move(String... tables) throws Exception {
    handle(prepareTarget());
    for (var table : migration.tables) {
      handle(prepareTable(table.source().name(), 1, ExistingRows.REFUSE));
    }
    for (String table : tables) {
      handle(copy(table, 1, 0));
    }
  }

  private void family() throws Exception {
    begin(SOURCE, TARGET, Map.of("errorMaxRows", "100"));
    move("grandparent", "parent", "child");
    assertThat(queue("child")).hasSize(3);
  }

  private List<State> states(String table) throws SQLException {
    return queue(table).stream().map(QueuedRow::state).toList();
  }

  @Test
  void aRetryBringsTheParentAndWhatThatRefersTo() throws Exception {
    family();
    run(migration.source, LATER);
    twice(decision("d1", ErrorAction.RETRY), 2);

    assertThat(states("child")).containsExactly(State.RETRIED, State.RETRIED, State.OPEN);
    assertThat(queue("child").getLast().fault().kind()).isEqualTo("23503");
    assertThat(states("parent")).containsExactly(State.FETCHED);
    assertThat(states("grandparent")).containsExactly(State.FETCHED);
    assertThat(ask(migration.target, "SELECT p::text FROM parent p WHERE id = 60"))
        .isEqualTo("(60,600,late)");
    assertThat(count("grandparent")).isEqualTo("6");
    assertThat(queue("parent").getFirst())
        .satisfies(
            row -> {
              assertThat(row.chunk()).isEqualTo(QueuedRow.FETCHED);
              assertThat(row.decidedBy()).contains("anna");
              assertThat(row.fault().fields().constraint()).contains("child_parent_fkey");
              assertThat(
                      ask(
                          migration.target,
                          "SELECT string_agg(id::text, ' ') FROM parent WHERE xmin::text::bigint = "
                              + (row.writtenBy() & 0xFFFFFFFFL)))
                  .isEqualTo("60");
            });
    assertThat(resolved("parent").getCorrected()).isEqualTo(1);
    assertThat(resolved("parent").getFetched()).isEqualTo(1);
    assertThat(resolved("child").getRetried()).isEqualTo(2);
    assertThat(resolved("child").getFetched()).isZero();
  }

  /** What a validation leaves out of the target's digest of a table. */
  private String leftOut(String table) throws SQLException {
    return ask(
        migration.target,
        "SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), '') FROM %1$s WHERE xmin::text::bigint IN (SELECT written_by %% 4294967296 FROM sensei_ledger.queued_row WHERE table_name = '%1$s')"
            .formatted(table));
  }

  @Test
  void aKillAtAnyPlaceLeavesBothOrNeither() throws Exception {
    for (String place : List.of("after-fetched=throw@1", "after-fetched=throw@2")) {
      family();
      run(migration.source, LATER);
      Failpoints.configure(place);
      assertThatThrownBy(() -> handle(decision("d1", ErrorAction.RETRY)))
          .as(place)
          .isInstanceOf(FailpointReached.class);
      Failpoints.clear();
      assertThat(states("parent")).as(place).isEmpty();
      assertThat(count("parent")).as(place).isEqualTo("20");
      assertThat(count("grandparent")).as(place).isEqualTo("5");
      twice(decision("d1", ErrorAction.RETRY), 2);
      assertThat(states("parent")).containsExactly(State.FETCHED);
    }
    family();
    run(migration.source, LATER);
    Failpoints.configure("before-report=throw@1");
    assertThatThrownBy(() -> handle(decision("d1", ErrorAction.RETRY)))
        .isInstanceOf(FailpointReached.class);
    Failpoints.clear();
    assertThat(states("parent")).containsExactly(State.FETCHED);
    twice(decision("d1", ErrorAction.RETRY), 2);
    assertThat(states("parent")).containsExactly(State.FETCHED);
    assertThat(resolved("parent").getFetched()).isEqualTo(1);
    assertThat(count("child")).isEqualTo("19");
  }

  @Test
  void nothingIsFetchedForARowThatIsRefusedAllTheSame() throws Exception {
    family();
    run(migration.source, LATER);
    run(migration.target, "ALTER TABLE child ADD CHECK (id > 8) NOT VALID");
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(states("child")).containsExactly(State.OPEN, State.OPEN, State.OPEN);
    assertThat(queue("child").getFirst().fault().kind()).isEqualTo("23514");
    assertThat(states("parent")).isEmpty();
    assertThat(count("parent")).isEqualTo("20");
    assertThat(count("grandparent")).isEqualTo("5");
  }

  @Test
  void aParentThatIsRefusedIsWhyItsChildIs() throws Exception {
    family();
    run(migration.source, LATER + "UPDATE parent SET name = 'far too long' WHERE id = 60");
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(states("child")).containsExactly(State.OPEN, State.OPEN, State.OPEN);
    assertThat(queue("child").getFirst().fault().kind()).isEqualTo("22001");
    assertThat(states("parent")).isEmpty();
    assertThat(count("grandparent")).isEqualTo("5");
  }

  @Test
  void aParentInTheQueueIsNotFetchedPastIt() throws Exception {
    begin(
        SOURCE + "INSERT INTO parent VALUES (60, 1, 'far too long')",
        TARGET,
        Map.of("errorMaxRows", "100"));
    move("grandparent", "parent", "child");
    assertThat(states("parent")).containsExactly(State.OPEN);
    run(migration.source, "UPDATE parent SET name = 'short' WHERE id = 60");
    long child = queue("child").getFirst().number();
    handle(decision("d1", ErrorAction.RETRY, child));
    assertThat(states("child")).containsExactly(State.OPEN, State.OPEN, State.OPEN);
    assertThat(states("parent")).containsExactly(State.OPEN);

    handle(decision("d2", ErrorAction.RETRY));
    assertThat(states("parent")).containsExactly(State.CORRECTED);
    assertThat(states("child")).containsExactly(State.RETRIED, State.RETRIED, State.OPEN);
  }

  @Test
  void aRowThatRefersToItsOwnTableBringsTheWholeLine() throws Exception {
    begin(
        """
        CREATE TABLE node (id int PRIMARY KEY, up int);
        INSERT INTO node VALUES (1, 1), (2, 30), (3, 50);
        """,
        "CREATE TABLE node (id int PRIMARY KEY, up int REFERENCES node)",
        Map.of("errorMaxRows", "100"));
    move("node");
    run(
        migration.source,
        """
        INSERT INTO node SELECT n, n + 1 FROM generate_series(30, 39) n;
        INSERT INTO node VALUES (40, 40), (50, 51), (51, 50);
        """);
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(ask(migration.target, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM node"))
        .isEqualTo("1 2 30 31 32 33 34 35 36 37 38 39 40");
    assertThat(resolved("node").getFetched()).isEqualTo(11);
    assertThat(resolved("node").getCorrected()).isEqualTo(11);
    assertThat(resolved("node").getRetried()).isEqualTo(1);
    // 50 and 51 refer to each other, and no order takes the one before the other.
    assertThat(resolved("node").getOpen()).isEqualTo(1);
    assertThat(leftOut("node")).isEqualTo("30 31 32 33 34 35 36 37 38 39 40");
  }

  @Test
  void keysOfOtherTypesAndPartitionsAreFoundByWhatTheyMean() throws Exception {
    String partitioned =
        """
        CREATE TABLE whole (id bigint, code varchar(20) COLLATE "C", PRIMARY KEY (id, code)) PARTITION BY RANGE (id);
        CREATE TABLE low PARTITION OF whole FOR VALUES FROM (0) TO (100);
        CREATE TABLE high PARTITION OF whole FOR VALUES FROM (100) TO (1000);
        """;
    begin(
        partitioned
            + """
            CREATE TABLE word (code text UNIQUE, note text);
            CREATE TABLE child (id int, code text, word char(8), price numeric(5, 2));
            INSERT INTO child VALUES (7, 'it''s \\', 'a', 1), (700, '{d}', 'b', 2), (NULL, 'x', 'a', 3),
              (9, 'lost', 'a', 4);
            """,
        partitioned
            + """
            CREATE TABLE word (code text UNIQUE, note text);
            CREATE TABLE child (id int, code text, word char(8), price numeric(5, 2),
              FOREIGN KEY (id, code) REFERENCES whole, FOREIGN KEY (word) REFERENCES word (code));
            """,
        Map.of("errorMaxRows", "100"));
    move("low", "high", "word", "child");
    assertThat(queue("child")).hasSize(4);
    run(
        migration.source,
        "INSERT INTO whole VALUES (7, 'it''s \\'), (700, '{d}'); INSERT INTO word VALUES ('a'),"
            + " ('b')");
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(
            ask(migration.target, "SELECT string_agg(price::text, ' ' ORDER BY price) FROM child"))
        .isEqualTo("1.00 2.00 3.00");
    assertThat(resolved("low").getFetched()).isEqualTo(1);
    assertThat(resolved("high").getFetched()).isEqualTo(1);
    assertThat(resolved("word").getFetched()).isEqualTo(2);
    assertThat(resolved("child").getOpen()).isEqualTo(1);
  }

  @Test
  void aRowIsTriedAgainOnceWhatItLacksIsTaken() throws Exception {
    begin(
        """
        CREATE TABLE node (id int PRIMARY KEY, up int);
        INSERT INTO node VALUES (1, 2), (2, 4), (3, 1), (4, 5), (5, 60), (9, 9);
        """,
        "CREATE TABLE node (id int PRIMARY KEY, up int REFERENCES node)",
        Map.of("errorMaxRows", "100"));
    move("node");
    assertThat(queue("node")).hasSize(5);
    run(migration.source, "INSERT INTO node VALUES (60, NULL)");
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(resolved("node").getRetried()).isEqualTo(5);
    assertThat(leftOut("node")).isEqualTo("60");
  }

  @Test
  void aSequenceThatGaveTheNumberIsCarriedOnceMore() throws Exception {
    String tables =
        """
        CREATE TABLE parent (id serial PRIMARY KEY, name text);
        CREATE TABLE child (id int PRIMARY KEY, parent int%s);
        """;
    begin(
        tables.formatted("")
            + "INSERT INTO parent (name) VALUES ('a'), ('b'); INSERT INTO child VALUES (1, 3)",
        tables.formatted(" REFERENCES parent"),
        Map.of("errorMaxRows", "100"));
    move("parent", "child");
    handle(finish());
    run(migration.source, "INSERT INTO parent (name) VALUES ('c')");
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(states("parent")).containsExactly(State.FETCHED);
    assertThat(ask(migration.target, "INSERT INTO parent (name) VALUES ('d') RETURNING id"))
        .isEqualTo("4");
  }

  @Test
  void nothingIsFetchedWithoutWhatItRefersToItselfThoughTheForeignKeyWaits() throws Exception {
    begin(SOURCE, TARGET, Map.of("errorMaxRows", "100"));
    move("grandparent", "parent", "child");
    run(migration.target, "ALTER TABLE parent DROP CONSTRAINT parent_grandparent_fkey");
    run(migration.source, "INSERT INTO parent VALUES (60, 600, 'late'), (70, NULL, 'free')");
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(states("child")).containsExactly(State.OPEN, State.OPEN, State.RETRIED);
    assertThat(queue("child").getFirst().fault().fields().constraint())
        .contains("parent_grandparent_fkey");
    assertThat(ask(migration.target, "SELECT count(*) FROM parent WHERE id = 60")).isEqualTo("0");
  }

  @Test
  void aRowIsItsOwnParentUnderARuleToo() throws Exception {
    begin(
        "CREATE TABLE node (id int PRIMARY KEY, up int, name text);"
            + " INSERT INTO node VALUES (1, 1, 'a'), (2, 2, 'far too long')",
        "CREATE TABLE node (id int PRIMARY KEY, up int, name varchar(5))",
        Map.of("errorMaxRows", "100"),
        Map.of(
            "node",
            List.of(
                new SetRule.Reference(
                    List.of("up"),
                    new TableName("public", "node"),
                    List.of("id"),
                    SetRule.Lacking.QUEUE,
                    ColumnRule.Origin.PERSON))));
    move("node");
    assertThat(states("node")).containsExactly(State.OPEN);
    run(migration.source, "UPDATE node SET name = 'b' WHERE id = 2");
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(states("node")).containsExactly(State.CORRECTED);
  }

  @Test
  void valuesAreComparedAsTheyAreWrittenAndByTheForeignKeysOwnOperators() throws Exception {
    String tables =
        """
        CREATE EXTENSION citext;
        CREATE COLLATION loose (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
        CREATE TABLE letter (id "char" PRIMARY KEY);
        CREATE TABLE word (id citext PRIMARY KEY);
        CREATE TABLE tag (id text COLLATE loose PRIMARY KEY);
        CREATE TABLE child (id int PRIMARY KEY, letter "char"%s, word citext%s, tag text COLLATE loose%s, name %s);
        """;
    begin(
        tables.formatted("", "", "", "text")
            + """
            INSERT INTO letter VALUES ('a'); INSERT INTO word VALUES ('One'); INSERT INTO tag VALUES ('Red');
            INSERT INTO child VALUES (1, 'a', 'ONE', 'RED', 'far too long'), (2, 'b', 'two', 'blue', 'x');
            """,
        tables.formatted(" REFERENCES letter", " REFERENCES word", " REFERENCES tag", "varchar(5)"),
        Map.of("errorMaxRows", "100"));
    move("letter", "word", "tag", "child");
    run(
        migration.source,
        """
        UPDATE child SET name = 'y' WHERE id = 1;
        INSERT INTO letter VALUES ('9'), ('b'); INSERT INTO word VALUES ('Two'); INSERT INTO tag VALUES ('Blue');
        """);
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(states("child")).contains(State.CORRECTED);
    assertThat(ask(migration.target, "SELECT string_agg(id::text, ' ') FROM letter"))
        .isEqualTo("a");
    assertThat(ask(migration.target, "SELECT count(*) FROM word WHERE id = 'one'")).isEqualTo("1");
    assertThat(ask(migration.target, "SELECT count(*) FROM letter WHERE id = '9'")).isEqualTo("0");
  }

  @Test
  void whatAPersonDeclaredUniqueHoldsForRowsThatAreFetched() throws Exception {
    begin(
        SOURCE,
        TARGET,
        Map.of("errorMaxRows", "100"),
        Map.of(
            "parent",
            List.of(
                new SetRule.Unique(
                    List.of("name"),
                    true,
                    SetRule.Keep.NONE,
                    Optional.empty(),
                    ColumnRule.Origin.PERSON))));
    move("grandparent", "parent", "child");
    run(migration.source, "INSERT INTO parent VALUES (60, NULL, 'p1'), (70, NULL, 'p70')");
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(states("child")).containsExactly(State.OPEN, State.OPEN, State.RETRIED);
    assertThat(queue("child").getFirst().fault().kind()).isEqualTo("23505");
    assertThat(queue("child").getFirst().fault().fields().constraint())
        .contains("unique (name): queue");
  }

  @Test
  void nothingIsFetchedFromATableWithoutAKeyThatHasRowsInTheQueue() throws Exception {
    String tables =
        """
        CREATE TABLE word (code text UNIQUE, note %s);
        CREATE TABLE child (id int PRIMARY KEY, word text%s);
        """;
    begin(
        tables.formatted("text", "")
            + "INSERT INTO word VALUES ('a', 'far too long'); INSERT INTO child VALUES (1, 'a')",
        tables.formatted("varchar(5)", " REFERENCES word (code)"),
        Map.of("errorMaxRows", "100"));
    move("word", "child");
    run(migration.source, "UPDATE word SET note = 'x'");
    handle(decision("d1", ErrorAction.RETRY, queue("child").getFirst().number()));
    assertThat(states("word")).containsExactly(State.OPEN);
    assertThat(states("child")).containsExactly(State.OPEN);
  }

  private static SetRule.Reference toParent(SetRule.Lacking lacking, ColumnRule.Origin origin) {
    return new SetRule.Reference(
        List.of("parent"), new TableName("public", "parent"), List.of("id"), lacking, origin);
  }

  @Test
  void onlyRowsThatLackParentsAreTriedWhereThePlanSaysSo() throws Exception {
    String other = "CREATE TABLE other (id int PRIMARY KEY, parent int%s);";
    begin(
        SOURCE + other.formatted("") + "INSERT INTO other VALUES (1, 60)",
        TARGET
            + other.formatted(" REFERENCES parent")
            + "ALTER TABLE child ADD CONSTRAINT odd CHECK (id <> 9)",
        Map.of("errorMaxRows", "100"),
        Map.of(
            "child", List.of(toParent(SetRule.Lacking.MIGRATE_PARENT, ColumnRule.Origin.TARGET))));
    move("grandparent", "parent", "child", "other");
    run(migration.source, LATER);
    run(migration.target, "ALTER TABLE child DROP CONSTRAINT odd");
    handle(decision("d1", ErrorAction.MIGRATE_PARENTS));

    assertThat(queue("child"))
        .extracting(row -> row.fault().kind() + " " + row.state())
        .containsExactlyInAnyOrder("23503 RETRIED", "23503 RETRIED", "23503 OPEN", "23514 OPEN");
    assertThat(states("other")).containsExactly(State.OPEN);
    assertThat(resolved("parent").getFetched()).isEqualTo(1);
  }

  @Test
  void whatAPersonDeclaredIsHeldThoughTheTargetAsksForNothing() throws Exception {
    begin(
        SOURCE,
        TARGET.replace("REFERENCES parent", ""),
        Map.of("errorMaxRows", "100"),
        Map.of("child", List.of(toParent(SetRule.Lacking.QUEUE, ColumnRule.Origin.PERSON))));
    move("grandparent", "parent", "child");
    assertThat(queue("child")).hasSize(3);
    run(migration.source, LATER);
    handle(decision("d1", ErrorAction.RETRY));
    assertThat(states("child")).containsExactly(State.RETRIED, State.RETRIED, State.OPEN);
    assertThat(queue("child").getLast().fault().fields().constraint())
        .contains("reference (parent) to public.parent (id): queue");
    assertThat(states("parent")).containsExactly(State.FETCHED);
  }
}
