package dev.sensei.agents.worker;

import static dev.sensei.agents.testing.Migration.ask;
import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.agents.TaskFailure;
import dev.sensei.databases.copy.RowVersion;
import dev.sensei.databases.failpoint.FailpointReached;
import dev.sensei.databases.failpoint.Failpoints;
import dev.sensei.databases.ledger.Decisions;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.ledger.QueuedRow.State;
import dev.sensei.databases.queue.QueueKeys;
import dev.sensei.databases.queue.RowCipher;
import dev.sensei.databases.queue.RowContent;
import dev.sensei.schemas.common.ErrorAction;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.TableErrors;
import dev.sensei.schemas.report.ChunkCopied;
import dev.sensei.schemas.report.ErrorsResolved;
import dev.sensei.schemas.report.TableChecked;
import dev.sensei.schemas.task.ResolveErrors;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rows that source or target refuse, between real databases. */
class ErrorQueueTest extends WorkerOnDatabases {
  private static final String SOURCE =
      """
      CREATE TABLE parent (id int PRIMARY KEY, name text);
      CREATE TABLE child (id bigint PRIMARY KEY, parent int, note text);
      INSERT INTO parent SELECT n, 'p' || n FROM generate_series(1, 100) n;
      UPDATE parent SET name = 'canary4711 is far too long' WHERE id IN (7, 8, 50);
      INSERT INTO child SELECT n, 1 + n % 100, 'c' FROM generate_series(1, 2000) n;
      UPDATE child SET id = 5000000000 + id WHERE id IN (17, 1700);
      """;

  /** Refuses names over ten characters, and ids over four bytes, which the source cannot cast. */
  private static final String TARGET =
      """
      CREATE TABLE parent (id int PRIMARY KEY, name varchar(10));
      CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent, note text);
      """;

  private void begin(int most) throws SQLException {
    begin(SOURCE, TARGET, Map.of("errorMaxRows", Integer.toString(most)));
  }

  private void prepareAndCopyParent() throws Exception {
    handle(prepareTarget());
    handle(prepareTable("parent", 1, ExistingRows.REFUSE));
    twice(copy("parent", 1, 0), 2);
  }

  private void copyChild() throws Exception {
    handle(prepareTable("child", 1, ExistingRows.REFUSE));
    twice(copy("child", 1, 0), 2);
  }

  private List<QueuedRow> queue() throws SQLException {
    try (Connection target = migration.target.connect()) {
      return new LedgerMarks(LedgerSettings.DEFAULT).queued(target, "m");
    }
  }

  private RowContent content(QueuedRow row) throws Exception {
    RowCipher cipher = QueueKeys.in(keys).cipher(Optional.empty());
    try (Connection target = migration.target.connect()) {
      byte[] sealed = new LedgerMarks(LedgerSettings.DEFAULT).content(target, row);
      assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("canary");
      return cipher
          .open(sealed, QueuedRow.context(row.table(), row.epoch(), row.fault()))
          .map(RowContent::read)
          .orElseThrow();
    }
  }

  private TableErrors resolved() {
    return migration.last(ErrorsResolved.class).getTables().getFirst();
  }

  @Test
  void rowsThatTheTargetRefusesGoToTheQueueWithTheirChunkAndAllOthersArrive() throws Exception {
    begin(3);
    prepareAndCopyParent();

    assertThat(ask(migration.target, "SELECT count(*) FROM parent")).isEqualTo("97");
    assertThat(reported(ChunkCopied.class))
        .hasSize(2)
        .allSatisfy(
            copied -> {
              assertThat(copied.getEvidence().getRows()).isEqualTo(97);
              assertThat(copied.getEvidence().getSetAside()).isEqualTo(3);
            });
    assertThat(queue())
        .hasSize(3)
        .allSatisfy(
            row -> {
              assertThat(row.state()).isEqualTo(State.OPEN);
              assertThat(row.fault().kind()).isEqualTo("22001");
              assertThat(row.keyHash()).hasSize(64);
            });
    assertThat(queue().stream().map(QueuedRow::keyHash).distinct()).hasSize(3);
    assertThat(queue())
        .allSatisfy(
            row ->
                assertThat(
                        ask(
                            migration.source,
                            "SELECT count(*) FROM parent WHERE "
                                + RowVersion.in(List.of(row.version()))))
                    .isEqualTo("1"));
    assertThat(content(queue().getFirst()).columns())
        .containsExactly(
            new RowContent.Value("id", Optional.of("7")),
            new RowContent.Value("name", Optional.of("canary4711 is far too long")));
    handle(check("parent", 1));
    assertThat(migration.last(TableChecked.class).getSetAside()).isEqualTo(3);
    assertThat(ask(migration.target, "SELECT q::text FROM sensei_ledger.queued_row q"))
        .doesNotContain("canary");
    assertThat(migration.reports.toString()).doesNotContain("canary");
  }

  @Test
  void rowsThatATriggerOrAnIndexRefusesGoThereToo() throws Exception {
    begin(
        SOURCE
            + """
            UPDATE parent SET name = 'no' WHERE id = 9;
            UPDATE parent SET name = name || (SELECT string_agg(md5(n::text), '')
              FROM generate_series(1, 300) n) WHERE id = 7;
            """,
        TARGET
            + """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN IF NEW.name = ''no'' THEN RAISE EXCEPTION ''canary4711''; END IF; RETURN NEW; END';
            CREATE TRIGGER refuse BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION refuse();
            ALTER TABLE parent ALTER name TYPE text;
            CREATE INDEX ON parent (name);
            """,
        Map.of("errorMaxRows", "4"));
    prepareAndCopyParent();

    assertThat(queue())
        .extracting(row -> row.fault().kind())
        .containsExactlyInAnyOrder("P0001", "54000");
    assertThat(ask(migration.target, "SELECT count(*) FROM parent")).isEqualTo("98");
    assertThat(migration.reports.toString()).doesNotContain("canary");
  }

  @Test
  void rowsThatTheSourceCannotCastGoThereToo() throws Exception {
    begin(10);
    prepareAndCopyParent();
    run(migration.target, "INSERT INTO parent VALUES (7, ''), (8, ''), (50, '')");
    copyChild();

    assertThat(ask(migration.target, "SELECT count(*) FROM child")).isEqualTo("1998");
    assertThat(queue().stream().filter(row -> row.fault().kind().equals("22003"))).hasSize(2);
    assertThat(migration.last(ChunkCopied.class).getEvidence().getSetAside()).isEqualTo(2);
  }

  @Test
  void childrenOfARowThatWasSetAsideAreSetAsideByTheirForeignKey() throws Exception {
    begin(100);
    prepareAndCopyParent();
    copyChild();

    // 20 children each of three parents, but for one that cannot be cast.
    assertThat(queue().stream().filter(row -> row.fault().kind().equals("23503"))).hasSize(60);
    assertThat(queue().stream().filter(row -> row.fault().kind().equals("22003"))).hasSize(2);
    assertThat(ask(migration.target, "SELECT count(*) FROM child")).isEqualTo("1938");
  }

  @Test
  void aKillAtAnyPlaceLeavesRowsAndQueueAndLedgerTogether() throws Exception {
    for (String place :
        List.of(
            "after-claim",
            "after-look-up",
            "before-ledger-row",
            "before-chunk-commit",
            "after-chunk-commit",
            "before-report")) {
      begin(3);
      handle(prepareTarget());
      handle(prepareTable("parent", 1, ExistingRows.REFUSE));
      Failpoints.configure(place + "=throw@1");
      assertThatThrownBy(() -> handle(copy("parent", 1, 0)))
          .as(place)
          .isInstanceOf(FailpointReached.class);
      Failpoints.clear();
      boolean committed = place.equals("after-chunk-commit") || place.equals("before-report");
      assertThat(ask(migration.target, "SELECT count(*) FROM parent"))
          .as(place)
          .isEqualTo(committed ? "97" : "0");
      assertThat(queue()).as(place).hasSize(committed ? 3 : 0);
      handle(copy("parent", 1, 0));
      assertThat(ask(migration.target, "SELECT count(*) FROM parent")).isEqualTo("97");
      assertThat(queue()).hasSize(3);
      assertThat(migration.last(ChunkCopied.class).getEvidence().getSetAside()).isEqualTo(3);
    }
  }

  @Test
  void aRollbackEmptiesTheQueueToo() throws Exception {
    begin(3);
    prepareAndCopyParent();
    handle(rollBack("parent", 2));
    assertThat(queue()).isEmpty();
    handle(prepareTable("parent", 2, ExistingRows.REFUSE));
    handle(copy("parent", 2, 0));
    assertThat(queue()).hasSize(3);
  }

  @Test
  void oneRowTooManyFailsTheChunkAndLeavesNothing() throws Exception {
    begin(2);
    assertThatThrownBy(this::prepareAndCopyParent)
        .isInstanceOfSatisfying(
            TaskFailure.class,
            failed -> {
              assertThat(failed.failure().getCode()).isEqualTo("22001");
              assertThat(failed.failure().getMessage())
                  .contains("every row but 2", "found 3 at fault", "errors.maxRows")
                  .doesNotContain("canary");
            });
    assertThat(ask(migration.target, "SELECT count(*) FROM parent")).isEqualTo("0");
    assertThat(queue()).isEmpty();
  }

  @Test
  void rowsThatARuleLeftOutAreNobodysDecisionAndAreNoneOfItsCounts() throws Exception {
    begin(3);
    prepareAndCopyParent();
    run(
        migration.target,
        "UPDATE sensei_ledger.queued_row SET state = 'LEFT_OUT' WHERE number ="
            + " (SELECT min(number) FROM sensei_ledger.queued_row)");
    handle(resolve(ErrorAction.SKIP));
    assertThat(resolved().getSkipped()).isEqualTo(2);
    assertThat(queue().getFirst().state()).isEqualTo(State.LEFT_OUT);
    assertThat(queue().getFirst().decidedBy()).isEmpty();
  }

  @Test
  void aRowIsTakenOnceWhatRefusedItIsGone() throws Exception {
    begin(3);
    prepareAndCopyParent();
    run(migration.target, "ALTER TABLE parent ALTER name TYPE varchar(40)");
    twice(resolve(ErrorAction.RETRY), 2);

    assertThat(resolved().getRetried()).isEqualTo(3);
    assertThat(resolved().getOpen()).isZero();
    assertThat(queue()).allSatisfy(row -> assertThat(row.state()).isEqualTo(State.RETRIED));
    assertThat(ask(migration.target, "SELECT count(*) FROM parent WHERE name LIKE 'canary%'"))
        .isEqualTo("3");
  }

  @Test
  void aRowThatIsMendedInTheSourceIsWrittenAsItIsNowAndCountedAsCorrected() throws Exception {
    begin(3);
    prepareAndCopyParent();
    run(migration.source, "UPDATE parent SET name = 'short' WHERE id = 7");
    run(migration.source, "DELETE FROM parent WHERE id = 8");
    twice(resolve(ErrorAction.RETRY), 2);

    assertThat(resolved().getCorrected()).isEqualTo(1);
    assertThat(resolved().getOpen()).isEqualTo(2);
    assertThat(ask(migration.target, "SELECT name FROM parent WHERE id = 7")).isEqualTo("short");
    QueuedRow corrected = queue().getFirst();
    assertThat(corrected.state()).isEqualTo(State.CORRECTED);
    assertThat(
            ask(
                migration.target,
                "SELECT id FROM parent WHERE xmin::text::bigint = "
                    + (corrected.writtenBy() & 0xFFFFFFFFL)))
        .isEqualTo("7");
    assertThat(queue().get(1).fault().kind()).isEqualTo("02000");
    assertThat(queue().get(2).fault().kind()).isEqualTo("22001");
    // The second time the decision had been ended.
    assertThat(queue().get(2).attempts()).isEqualTo(2);
  }

  @Test
  void aRowIsNotTakenForAnotherOfItsKey() throws Exception {
    begin(
        SOURCE
            + """
            ALTER TABLE parent DROP CONSTRAINT parent_pkey;
            UPDATE parent SET id = 7, name = name || id WHERE id IN (8, 50);
            """,
        TARGET,
        Map.of("errorMaxRows", "3"));
    prepareAndCopyParent();
    run(migration.source, "UPDATE parent SET id = 8, name = 'short' WHERE name LIKE '%8'");
    run(migration.source, "UPDATE parent SET name = 'other' WHERE name LIKE '%50'");
    twice(resolve(ErrorAction.RETRY), 2);

    assertThat(resolved().getOpen()).isEqualTo(3);
    assertThat(queue())
        .extracting(row -> row.fault().kind())
        .containsExactlyInAnyOrder("22001", "SN001", "SN001");
    assertThat(ask(migration.target, "SELECT count(*) FROM parent")).isEqualTo("97");

    run(migration.target, "ALTER TABLE parent ALTER name TYPE varchar(40)");
    ResolveErrors another = resolve(ErrorAction.RETRY);
    put(another, "taskId", "another");
    twice(another, 2);
    assertThat(resolved().getRetried()).isEqualTo(1);
    assertThat(ask(migration.target, "SELECT name FROM parent WHERE id = 7"))
        .isEqualTo("canary4711 is far too long");
  }

  @Test
  void anAttemptThatComesLateDecidesNothingBehindTheReport() throws Exception {
    begin(3);
    prepareAndCopyParent();
    Failpoints.configure("before-report=throw@1");
    assertThatThrownBy(() -> handle(resolve(ErrorAction.RETRY)))
        .isInstanceOf(FailpointReached.class);
    Failpoints.clear();
    run(migration.target, "ALTER TABLE parent ALTER name TYPE varchar(40)");
    twice(resolve(ErrorAction.RETRY), 2);

    assertThat(resolved().getOpen()).isEqualTo(3);
    assertThat(queue())
        .hasSize(3)
        .allSatisfy(
            row -> {
              assertThat(row.state()).isEqualTo(State.OPEN);
              assertThat(row.attempts()).isEqualTo(2);
            });
    assertThat(ask(migration.target, "SELECT count(*) FROM parent")).isEqualTo("97");
  }

  @Test
  void aDecisionThatWasGivenUpDecidesNothingUnderAValidation() throws Exception {
    begin(3);
    prepareAndCopyParent();
    run(migration.target, "ALTER TABLE parent ALTER name TYPE varchar(40)");
    try (Connection target = migration.target.connect()) {
      new Decisions(LedgerSettings.DEFAULT).endAll(target, "m");
    }
    twice(resolve(ErrorAction.RETRY), 2);

    assertThat(queue()).allSatisfy(row -> assertThat(row.state()).isEqualTo(State.OPEN));
    assertThat(ask(migration.target, "SELECT count(*) FROM parent")).isEqualTo("97");
  }

  @Test
  void rowsThatAreWiderThanWhatIsHeldAtOnceAreSetAsideWhole() throws Exception {
    begin(
        SOURCE
            + """
            UPDATE parent SET name = repeat('wide', 1300000) || id WHERE id IN (3, 4, 60);
            UPDATE parent SET name = repeat('x', 3000000) || id WHERE id IN (61, 62);
            """,
        TARGET,
        Map.of("errorMaxRows", "8"));
    prepareAndCopyParent();

    assertThat(ask(migration.target, "SELECT count(*) FROM parent")).isEqualTo("92");
    assertThat(queue()).hasSize(8);
    for (QueuedRow row : queue()) {
      List<RowContent.Value> columns = content(row).columns();
      String id = columns.getFirst().text().orElseThrow();
      assertThat(columns.getLast().text().orElseThrow().length())
          .as(id)
          .isEqualTo(
              Integer.parseInt(
                  ask(migration.source, "SELECT length(name) FROM parent WHERE id = " + id)));
    }
  }

  @Test
  void rowsAreLeftOutByWhoeverSaysSo() throws Exception {
    begin(3);
    prepareAndCopyParent();
    long second = queue().get(1).number();
    handle(resolve(ErrorAction.SKIP, second));

    assertThat(resolved().getSkipped()).isEqualTo(1);
    assertThat(resolved().getOpen()).isEqualTo(2);
    assertThat(queue().get(1).state()).isEqualTo(State.SKIPPED);
    assertThat(queue().get(1).decidedBy()).contains("anna");
    assertThat(queue().get(1).reason()).contains("of no use");
    assertThat(queue().getFirst().reason()).isEmpty();
    assertThatThrownBy(() -> handle(resolve(ErrorAction.SKIP, 4711L)))
        .isInstanceOfSatisfying(
            TaskFailure.class,
            failed -> assertThat(failed.failure().getCode()).isEqualTo("NO_SUCH_ERROR"));
  }

  @Test
  void aLateRowFiresNoTriggerThatTheMigrationMade() throws Exception {
    begin(
        """
        CREATE TABLE t (id int PRIMARY KEY, name text);
        CREATE TABLE log (what text);
        INSERT INTO t SELECT n, 'x' FROM generate_series(1, 10) n;
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
          $$BEGIN INSERT INTO public.log VALUES ('fired'); RETURN NEW; END$$;
        """,
        "",
        Map.of("errorMaxRows", "3"));
    handle(prepareTarget());
    for (String table : List.of("t", "log")) {
      handle(prepareTable(table, 1, ExistingRows.REFUSE));
      if (table.equals("t")) {
        run(migration.target, "ALTER TABLE t ADD CONSTRAINT odd CHECK (id <> 5)");
      }
      handle(copy(table, 1, 0));
      handle(check(table, 1));
      handle(complete(table, 1));
    }
    handle(finish());
    run(
        migration.target,
        "ALTER TABLE t DROP CONSTRAINT odd; CREATE TRIGGER noted AFTER INSERT ON t FOR EACH ROW"
            + " EXECUTE FUNCTION note(); ALTER TABLE t ENABLE ALWAYS TRIGGER noted");
    handle(resolve(ErrorAction.RETRY));

    assertThat(resolved().getRetried()).isEqualTo(1);
    assertThat(ask(migration.target, "SELECT count(*) FROM t")).isEqualTo("10");
    assertThat(ask(migration.target, "SELECT count(*) FROM log")).isEqualTo("0");
    assertThat(ask(migration.target, "SELECT tgenabled FROM pg_trigger WHERE tgname = 'noted'"))
        .isEqualTo("A");
  }

  @Test
  void anotherKeyOpensNothingAndSaysWhichIsNeeded() throws Exception {
    begin(3);
    prepareAndCopyParent();
    run(migration.target, "UPDATE sensei_ledger.queued_row SET content = content || '\\x00'");
    assertThatThrownBy(() -> handle(resolve(ErrorAction.RETRY)))
        .isInstanceOfSatisfying(
            TaskFailure.class,
            failed -> assertThat(failed.failure().getCode()).isEqualTo("OTHER_ERROR_KEY"));
  }
}
