package dev.sensei.databases.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class DataErrorBisectionTest {
  private static final TableName TABLE = new TableName("public", "t");
  private static final CopySpec SPEC =
      CopySpec.of(
          TABLE,
          TABLE,
          List.of(CopyColumn.same("id"), CopyColumn.same("name")),
          ChunkBounds.WHOLE_TABLE);

  @RepeatedTest(4)
  void itFindsExactlyThePlantedRowsAndWritesAllOthers(RepetitionInfo repetition)
      throws SQLException {
    Random random = new Random(repetition.getCurrentRepetition());
    CopySpec spec =
        SPEC.in(repetition.getCurrentRepetition() % 2 == 0 ? CopyFormat.TEXT : CopyFormat.BINARY);
    TwoDatabases databases = TwoDatabases.fresh();
    Set<Integer> planted = new TreeSet<>();
    for (int i = random.nextInt(8); i >= 0; i--) {
      planted.add(1 + random.nextInt(5000));
    }
    String ids = planted.stream().map(String::valueOf).collect(Collectors.joining(", "));
    databases.onSource(
        "CREATE TABLE t (id int, name text)",
        "INSERT INTO t SELECT g, CASE WHEN g IN ("
            + ids
            + ") THEN 'far too long canary4711' ELSE 'ok' END"
            + " FROM generate_series(1, 5000) g");
    databases.onTarget("CREATE TABLE t (id int PRIMARY KEY, name varchar(5))");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      source.setAutoCommit(false);
      target.setAutoCommit(false);
      BisectionResult result =
          new DataErrorBisection(new BisectionSettings(1 + random.nextInt(3000), 1 << 20, 100))
              .copyAround(source, target, spec, CancelSignal.NEVER);
      target.commit();

      assertThat(result.complete()).isTrue();
      assertThat(result.faults()).hasSize(planted.size());
      assertThat(result.countsByKind()).containsEntry("22001", (long) planted.size());
      assertThat(result.rows().written().rows()).isEqualTo(5000 - planted.size());
      assertThat(result.toString()).doesNotContain("canary4711");
      assertThat(
              databases.askSource(
                  "SELECT string_agg(id::text, ', ' ORDER BY id) FROM t WHERE "
                      + RowLocator.in(result.faults().stream().map(RowFault::locator).toList())))
          .isEqualTo(ids);

      TwoDatabases.run(target, "DELETE FROM t");
      databases.onSource("DELETE FROM t WHERE name <> 'ok'");
      source.rollback();
      assertThat(
              new ChunkCopier(CopySettings.DEFAULT)
                  .copy(source, target, spec, CopyProgress.SILENT, CancelSignal.NEVER))
          .isEqualTo(result.rows().written());
    }
    assertThat(databases.askTarget("SELECT count(*) FROM t WHERE id IN (" + ids + ")"))
        .isEqualTo("0");
  }

  @Test
  void aFewFaultsTakeFewStatementsAndNameConstraintAndColumn() throws SQLException {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onSource(
        "CREATE TABLE t (id int, name text)",
        "INSERT INTO t SELECT g, 'x' FROM generate_series(1, 10000) g",
        "INSERT INTO t VALUES (77, 'again'), (20001, NULL)");
    databases.onTarget(
        "CREATE TABLE t (id int, name text NOT NULL,"
            + " CONSTRAINT t_key UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      target.setAutoCommit(false);
      BisectionResult result =
          new DataErrorBisection(BisectionSettings.DEFAULT)
              .copyAround(source, target, SPEC, CancelSignal.NEVER);
      target.commit();
      assertThat(result.faults().stream().map(fault -> fault.fields().sqlState()))
          .containsExactly("23505", "23502");
      assertThat(result.faults().getFirst().fields().constraint()).contains("t_key");
      assertThat(result.faults().getLast().fields().column()).contains("name");
      assertThat(result.statements()).isLessThan(2 * 2 * 15);
    }
    assertThat(databases.askTarget("SELECT count(*) FROM t")).isEqualTo("10000");
  }

  @Test
  void itGivesUpAtItsBoundAndTheSourcesSessionGoesOn() throws SQLException {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onSource(
        "CREATE TABLE t (id int, name text)",
        "INSERT INTO t SELECT g, NULL FROM generate_series(1, 100000) g");
    databases.onTarget("CREATE TABLE t (id int, name text NOT NULL)");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      source.setAutoCommit(false);
      target.setAutoCommit(false);
      BisectionResult result =
          new DataErrorBisection(new BisectionSettings(1000, 1 << 20, 5))
              .copyAround(source, target, SPEC, CancelSignal.NEVER);
      assertThat(result.complete()).isFalse();
      assertThat(result.faults()).hasSize(5);
      assertThat(TwoDatabases.ask(source, "SELECT count(*) FROM t")).isEqualTo("100000");
      target.rollback();
    }
  }
}
