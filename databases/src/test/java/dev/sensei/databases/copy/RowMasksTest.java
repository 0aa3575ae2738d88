package dev.sensei.databases.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RowMasksTest {
  private static final CopySpec SPEC =
      CopySpec.of(
          new TableName("public", "t"),
          new TableName("public", "t"),
          List.of(CopyColumn.same("id"), CopyColumn.same("name")),
          ChunkBounds.WHOLE_TABLE);

  /** Bit 2 of the second mask sets aside, bit 0 of the first is counted. */
  private static final RowMasks MASKS =
      new RowMasks(
          List.of(
              "CASE WHEN id % 10 = 0 THEN 1::bigint ELSE 0::bigint END",
              "CASE WHEN id % 1000 = 7 THEN 4::bigint ELSE 0::bigint END"),
          List.of(0L, 4L),
          10);

  private TwoDatabases databases;

  @BeforeEach
  void fresh() throws SQLException {
    databases = TwoDatabases.fresh();
  }

  @ParameterizedTest
  @EnumSource(CopyFormat.class)
  void markedRowsAreLeftOutOrCountedAndAllOthersAreWrittenAsWithoutMasks(CopyFormat format)
      throws SQLException {
    databases.onSource(
        "CREATE TABLE t (id int, name text)",
        "INSERT INTO t SELECT g, CASE WHEN g % 3 > 0 THEN repeat('x', g % 700) END"
            + " FROM generate_series(1, 5000) g",
        "INSERT INTO t VALUES (10000007, repeat('wide', 100000)), (10000010, repeat('w', 999999))");
    databases.onTarget("CREATE TABLE t (id int, name text)");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      source.setAutoCommit(false);
      CopiedRows copied =
          new ChunkCopier(new CopySettings(64 << 10, 2, CopySettings.DEFAULT.stopWait()))
              .copyMarked(
                  source,
                  target,
                  SPEC.in(format).with(MASKS),
                  CopyProgress.SILENT,
                  CancelSignal.NEVER);
      assertThat(copied.changed()).isEqualTo(Map.of(0, 501L));
      assertThat(copied.setAside()).hasSize(6);
      assertThat(
              databases.askSource(
                  "SELECT string_agg(id::text, ' ' ORDER BY id) FROM t WHERE "
                      + RowLocator.in(copied.setAside().stream().map(MarkedRow::locator).toList())))
          .isEqualTo("7 1007 2007 3007 4007 10000007");
      assertThat(copied.setAside().getFirst().masks()).containsExactly(0L, 4L);
      assertThat(databases.askTarget("SELECT count(*) FROM t WHERE id % 1000 = 7")).isEqualTo("0");

      TwoDatabases.run(target, "TRUNCATE t");
      ChunkResult without =
          new ChunkCopier(CopySettings.DEFAULT)
              .copy(
                  source,
                  target,
                  SPEC.in(format)
                      .without(copied.setAside().stream().map(MarkedRow::locator).toList()),
                  CopyProgress.SILENT,
                  CancelSignal.NEVER);
      assertThat(copied.written()).isEqualTo(without);

      TwoDatabases.run(target, "TRUNCATE t");
      target.setAutoCommit(false);
      BisectionResult bisected =
          new DataErrorBisection(BisectionSettings.DEFAULT)
              .copyAround(source, target, SPEC.in(format).with(MASKS), CancelSignal.NEVER);
      assertThat(bisected.rows()).isEqualTo(copied);
    }
  }

  @ParameterizedTest
  @EnumSource(CopyFormat.class)
  void rowsOfATableWithoutColumnsAreMarkedToo(CopyFormat format) throws SQLException {
    databases.onSource("CREATE TABLE t ()", "INSERT INTO t DEFAULT VALUES");
    databases.onSource("INSERT INTO t DEFAULT VALUES");
    databases.onTarget("CREATE TABLE t ()");
    RowMasks second = new RowMasks(List.of("(ctid = '(0,2)')::int::bigint"), List.of(1L), 1);
    CopySpec spec =
        CopySpec.of(
            new TableName("public", "t"),
            new TableName("public", "t"),
            List.of(),
            ChunkBounds.WHOLE_TABLE);
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      CopiedRows copied =
          new ChunkCopier(CopySettings.DEFAULT)
              .copyMarked(
                  source,
                  target,
                  spec.in(format).with(second),
                  CopyProgress.SILENT,
                  CancelSignal.NEVER);
      assertThat(copied.setAside().getFirst().locator()).isEqualTo(new RowLocator(0, 2));
      assertThat(databases.askTarget("SELECT count(*) FROM t")).isEqualTo("1");
    }
  }

  @Test
  void oneRowTooManyEndsTheCopyAndBothSessionsGoOn() throws SQLException {
    databases.onSource(
        "CREATE TABLE t (id int, name text)",
        "INSERT INTO t SELECT g FROM generate_series(1, 20000) g");
    databases.onTarget("CREATE TABLE t (id int, name text)");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      source.setAutoCommit(false);
      assertThatThrownBy(
              () ->
                  new ChunkCopier(CopySettings.DEFAULT)
                      .copyMarked(
                          source,
                          target,
                          SPEC.with(MASKS),
                          CopyProgress.SILENT,
                          CancelSignal.NEVER))
          .isInstanceOfSatisfying(
              TooManySetAside.class, many -> assertThat(many.rows()).hasSize(11));
      assertThat(TwoDatabases.ask(source, "SELECT count(*) FROM t")).isEqualTo("20000");
      assertThat(TwoDatabases.ask(target, "SELECT count(*) FROM t")).isEqualTo("0");
    }
  }

  @Test
  void rowsThatTheSourceCannotComputeAreFound() throws SQLException {
    databases.onSource(
        "CREATE TABLE t (id int, name text)",
        "INSERT INTO t SELECT g, g::text FROM generate_series(1, 30000) g",
        "UPDATE t SET name = 'canary4711' WHERE id IN (1, 17000, 17001, 30000)");
    CopySpec spec =
        CopySpec.of(
            new TableName("public", "t"),
            new TableName("public", "t"),
            List.of(CopyColumn.computed("name::int", "name")),
            ChunkBounds.WHOLE_TABLE);
    try (Connection source = databases.source()) {
      source.setAutoCommit(false);
      UnreadableRows.Found found = new UnreadableRows(10).find(source, spec, CancelSignal.NEVER);
      assertThat(found.complete()).isTrue();
      assertThat(found.rows()).allSatisfy(row -> assertThat(row.kind()).isEqualTo("22P02"));
      assertThat(found.toString()).doesNotContain("canary4711");
      List<RowLocator> rows = found.rows().stream().map(RowFault::locator).toList();
      assertThat(
              databases.askSource(
                  "SELECT string_agg(id::text, ' ' ORDER BY id) FROM t WHERE "
                      + RowLocator.in(rows)))
          .isEqualTo("1 17000 17001 30000");
      assertThat(new UnreadableRows(10).find(source, spec.without(rows), CancelSignal.NEVER).rows())
          .isEmpty();
      assertThat(new UnreadableRows(2).find(source, spec, CancelSignal.NEVER).complete()).isFalse();
      CopySpec missing =
          CopySpec.of(
              new TableName("public", "t"),
              new TableName("public", "t"),
              List.of(CopyColumn.same("nowhere")),
              ChunkBounds.WHOLE_TABLE);
      assertThatThrownBy(() -> new UnreadableRows(2).find(source, missing, CancelSignal.NEVER))
          .isInstanceOfSatisfying(
              DatabaseException.class,
              failed -> assertThat(failed.errorClass()).isEqualTo(ErrorClass.SCHEMA));
    }
  }
}
