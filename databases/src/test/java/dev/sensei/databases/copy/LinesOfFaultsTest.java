package dev.sensei.databases.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What lines are named for, and where they mislead: the rows found are those that a server refuses
 * by themselves, whatever line it says.
 */
class LinesOfFaultsTest {
  private static final TableName TABLE = new TableName("public", "t");
  private static final CopySpec SPEC =
      CopySpec.of(
          TABLE,
          TABLE,
          List.of(CopyColumn.same("id"), CopyColumn.same("k"), CopyColumn.same("note")),
          ChunkBounds.WHOLE_TABLE);

  private TwoDatabases databases;

  @BeforeEach
  void fresh() throws SQLException {
    databases = TwoDatabases.fresh();
  }

  /** Rows whose k is their id. */
  private void source(int rows, String... changes) throws SQLException {
    databases.onSource(
        "CREATE TABLE t (id int, k int, note text)",
        "INSERT INTO t SELECT g, g, 'canary4711, line 3' FROM generate_series(1, " + rows + ") g");
    databases.onSource(changes);
    // Changed rows stand at the end of the file else.
    databases.onSource(
        "CREATE TABLE s AS SELECT * FROM t ORDER BY id",
        "DROP TABLE t",
        "ALTER TABLE s RENAME TO t");
  }

  private BisectionResult around(CopySpec spec, int mostFaults) throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      source.setAutoCommit(false);
      target.setAutoCommit(false);
      BisectionResult result =
          new DataErrorBisection(new BisectionSettings(10_000, 32 << 20, mostFaults))
              .copyAround(source, target, spec, CancelSignal.NEVER);
      target.commit();
      return result;
    }
  }

  private List<Integer> faults(BisectionResult result) throws SQLException {
    String ids =
        databases.askSource(
            "SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), '') FROM t WHERE "
                + RowLocator.in(result.faults().stream().map(RowFault::locator).toList()));
    return List.of(ids.split(" ")).stream().map(Integer::valueOf).toList();
  }

  private void expectAllOthers(BisectionResult result, int rows) throws SQLException {
    assertThat(result.complete()).isTrue();
    assertThat(result.rows().written().rows()).isEqualTo(rows - result.faults().size());
    assertThat(databases.askTarget("SELECT count(*) FROM t"))
        .isEqualTo(Long.toString(rows - result.faults().size()));
  }

  @ParameterizedTest
  @EnumSource(CopyFormat.class)
  void aRowThatACheckRefusesTakesThreeStatementsAndFewRowsAgain(CopyFormat format)
      throws SQLException {
    source(100_000, "UPDATE t SET k = -1 WHERE id % 10000 = 5000");
    databases.onTarget("CREATE TABLE t (id int PRIMARY KEY, k int CHECK (k >= 0), note text)");
    BisectionResult result = around(SPEC.in(format), 100);

    assertThat(faults(result))
        .isEqualTo(IntStream.range(0, 10).map(n -> n * 10_000 + 5000).boxed().toList());
    expectAllOthers(result, 100_000);
    // By halves it were 270 statements of 300,000 rows.
    assertThat(result.statements()).isLessThan(90);
    assertThat(result.rowsTried()).isLessThan(130_000);
    assertThat(result.toString()).doesNotContain("canary");
  }

  @Test
  void theFirstAndTheLastRowAndNeighboursAreFound() throws SQLException {
    source(12_345, "UPDATE t SET k = -1 WHERE id IN (1, 2, 3, 2000, 2001, 10000, 10001, 12345)");
    databases.onTarget("CREATE TABLE t (id int PRIMARY KEY, k int CHECK (k >= 0), note text)");
    BisectionResult result = around(SPEC, 100);

    assertThat(faults(result)).containsExactly(1, 2, 3, 2000, 2001, 10_000, 10_001, 12_345);
    expectAllOthers(result, 12_345);
  }

  @Test
  void whereAllRowsAreAtFaultEachTakesTwoStatementsAndTheirRowsAreNotSentOverAndOver()
      throws SQLException {
    source(5_000, "UPDATE t SET k = -1");
    databases.onTarget("CREATE TABLE t (id int, k int CHECK (k >= 0), note text)");
    BisectionResult result = around(SPEC, 10_000);

    assertThat(result.faults()).hasSize(5_000);
    expectAllOthers(result, 5_000);
    assertThat(result.statements()).isLessThanOrEqualTo(2 * 5_000 + 10);
    assertThat(result.rowsTried()).isLessThan(150_000);
  }

  @Test
  void aDuplicateIsFoundThoughALaterRowIsNamedFirst() throws SQLException {
    // Keys are looked at when some rows are together, checks at once: 702 is named before 700.
    source(
        3_000, "UPDATE t SET k = 5 WHERE id IN (700, 1500)", "UPDATE t SET k = -1 WHERE id = 702");
    databases.onTarget(
        "CREATE TABLE t (id int PRIMARY KEY, k int UNIQUE CHECK (k >= 0), note text)");
    BisectionResult result = around(SPEC, 100);

    assertThat(faults(result)).containsExactly(700, 702, 1500);
    assertThat(result.countsByKind()).containsEntry("23505", 2L).containsEntry("23514", 1L);
    expectAllOthers(result, 3_000);
    assertThat(result.statements()).isLessThan(30);
  }

  @Test
  void aDeferredKeyWhichNamesNoLineIsFoundByHalves() throws SQLException {
    source(3_000, "UPDATE t SET k = 5 WHERE id IN (700, 2999)");
    databases.onTarget(
        "CREATE TABLE t (id int PRIMARY KEY, k int UNIQUE DEFERRABLE INITIALLY DEFERRED, note"
            + " text)");
    BisectionResult result = around(SPEC, 100);

    assertThat(faults(result)).containsExactly(700, 2999);
    expectAllOthers(result, 3_000);
    assertThat(result.statements()).isLessThan(2 * 2 * 13);
  }

  @Test
  void aForeignKeyIsHeldAgainstRowsOfTheSameTry() throws SQLException {
    source(3_000, "UPDATE t SET k = id - 1 WHERE id > 1", "UPDATE t SET k = 90000 WHERE id = 1500");
    databases.onTarget("CREATE TABLE t (id int PRIMARY KEY, k int REFERENCES t, note text)");
    BisectionResult result = around(SPEC, 5_000);

    // All behind a row that is not taken refer to one that is not there.
    assertThat(faults(result)).isEqualTo(IntStream.rangeClosed(1500, 3000).boxed().toList());
    expectAllOthers(result, 3_000);
  }

  /** A trigger that refuses a row at another row's line. */
  @Test
  void aTriggerThatFailsAtALaterRowDoesNotMakeThatOneAtFault() throws SQLException {
    source(3_000, "UPDATE t SET k = -1 WHERE id IN (700, 701, 2500)");
    databases.onTarget(
        "CREATE TABLE t (id int PRIMARY KEY, k int, note text)",
        "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
            + " IF EXISTS (SELECT FROM t WHERE k < 0) THEN"
            + " RAISE EXCEPTION USING ERRCODE = '23514'; END IF; RETURN NEW; END$$",
        "CREATE TRIGGER late BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION late()",
        "CREATE FUNCTION last() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
            + " IF EXISTS (SELECT FROM t WHERE k < 0) THEN"
            + " RAISE EXCEPTION USING ERRCODE = '23514'; END IF; RETURN NULL; END$$",
        "CREATE TRIGGER last AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION last()");
    BisectionResult result = around(SPEC, 100);

    assertThat(faults(result)).containsExactly(700, 701, 2500);
    expectAllOthers(result, 3_000);
    assertThat(result.statements()).isLessThan(3 * 2 * 15);
  }

  /** Lines that are wrong each time, and the next time too. */
  @Test
  void linesThatNeverLeadToARowCostNoMoreThanHalving() throws SQLException {
    source(8_000, "UPDATE t SET k = -1 WHERE id IN (1, 3000, 7999)");
    databases.onTarget(
        "CREATE TABLE t (id int PRIMARY KEY, k int, note text)",
        // The name of what fails looks like the context of a COPY.
        "CREATE FUNCTION \"\nCOPY t, line 2\"() RETURNS void LANGUAGE plpgsql AS $$BEGIN"
            + " RAISE EXCEPTION 'canary4711' USING ERRCODE = '23514'; END$$",
        "CREATE FUNCTION wrong() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
            + " IF EXISTS (SELECT FROM public.t WHERE k < 0) THEN"
            + " PERFORM public.\"\nCOPY t, line 2\"(); END IF; RETURN NULL; END$$",
        "CREATE TRIGGER wrong AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION wrong()");
    BisectionResult result = around(SPEC, 100);

    assertThat(faults(result)).containsExactly(1, 3000, 7999);
    expectAllOthers(result, 8_000);
    assertThat(result.statements()).isLessThan(3 * 2 * 15);
  }
}
