package dev.sensei.databases.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.copy.ChunkPlanSettings.Ranges;
import dev.sensei.databases.copy.ChunkPlanner.CutBy;
import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.databases.errors.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which tables are cut by a key, by which one, and into how many ranges. */
class KeyPlansTest {
  private static final TableName TABLE = new TableName("public", "t");
  private static final ChunkPlanSettings BY_KEY =
      new ChunkPlanSettings(100, 0, 1L << 40, 100_000).with(Ranges.BY_KEY);

  @Test
  void blocksWhereTheServerReadsTheirRangesFastElseAKey() {
    assertThat(ChunkPlanner.ranges(true, 140_000, Ranges.AS_FITS)).isEqualTo(CutBy.BLOCKS);
    assertThat(ChunkPlanner.ranges(true, 130_012, Ranges.AS_FITS)).isEqualTo(CutBy.KEY);
    assertThat(ChunkPlanner.ranges(false, 180_000, Ranges.AS_FITS)).isEqualTo(CutBy.KEY);
    assertThat(ChunkPlanner.ranges(true, 180_000, Ranges.BY_KEY)).isEqualTo(CutBy.KEY);
    assertThat(ChunkPlanner.ranges(false, 180_000, Ranges.BY_BLOCK)).isEqualTo(CutBy.NONE);
    assertThat(ChunkPlanner.ranges(true, 130_012, Ranges.BY_BLOCK)).isEqualTo(CutBy.NONE);
  }

  @Test
  void aTableOfAnotherAccessMethodIsCutByItsKey() throws SQLException {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onSource(
        "CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler",
        "CREATE TABLE t (id int PRIMARY KEY, filler text) USING own_heap",
        "CREATE TABLE keyless (id int) USING own_heap",
        "INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(1, 1000) g",
        "INSERT INTO keyless SELECT g FROM generate_series(1, 1000) g");
    try (Connection source = databases.source()) {
      ChunkPlanSettings settings = new ChunkPlanSettings(250, 0, 1L << 40, 100_000);
      ChunkPlan plan = ChunkPlanner.plan(source, TABLE, settings);
      assertThat(plan.chunks()).hasSize(4).allMatch(KeyRange.class::isInstance);
      assertThat(ChunkPlanner.plan(source, new TableName("public", "keyless"), settings).chunks())
          .containsExactly(ChunkBounds.WHOLE_TABLE);
    }
  }

  @Test
  void thePrimaryKeyGoesFirstThenAKeyThatCountsAsAWhole() throws SQLException {
    assertThat(columns("a int UNIQUE NOT NULL, b int, c int, PRIMARY KEY (b, c)"))
        .containsExactly("b", "c");
    assertThat(
            columns(
                "a int NOT NULL, b int NOT NULL",
                "CREATE UNIQUE INDEX a_first ON t (a, b)",
                "CREATE UNIQUE INDEX z_last ON t (b)"))
        .containsExactly("b");
    // An operator of one schema for both columns is what a comparison of rows needs.
    assertThat(columns("a int, b public.citext, PRIMARY KEY (a, b)")).containsExactly("a");
    assertThat(
            columns(
                "a int, b public.citext, c int NOT NULL, PRIMARY KEY (a, b)",
                "CREATE UNIQUE INDEX ON t (c)"))
        .containsExactly("c");
    assertThat(columns("a int NOT NULL, b int NOT NULL", "CREATE UNIQUE INDEX ON t (a, b DESC)"))
        .containsExactly("a");
  }

  @Test
  void whatIsNoKeyOfAllRowsIsNotTaken() throws SQLException {
    assertThat(columns("a int UNIQUE")).isEmpty();
    assertThat(columns("a int NOT NULL", "CREATE INDEX ON t (a)")).isEmpty();
    assertThat(columns("a int NOT NULL", "CREATE UNIQUE INDEX ON t (a) WHERE a > 5")).isEmpty();
    assertThat(columns("a int NOT NULL", "CREATE UNIQUE INDEX ON t ((a + 1))")).isEmpty();
    assertThat(columns("a text NOT NULL", "CREATE UNIQUE INDEX ON t (a text_pattern_ops)"))
        .isEmpty();
    assertThat(
            columns(
                "a int UNIQUE",
                "INSERT INTO t VALUES (NULL)",
                "ALTER TABLE t ADD CONSTRAINT later NOT NULL a NOT VALID"))
        .isEmpty();
    assertThat(
            columns(
                "a int NOT NULL, b int NOT NULL",
                "CREATE UNIQUE INDEX built ON t (a)",
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'built'::regclass"))
        .isEmpty();
    assertThat(
            columns(
                "a text COLLATE other NOT NULL UNIQUE",
                "UPDATE pg_collation SET collversion = '0.1' WHERE collname = 'other'"))
        .isEmpty();
  }

  @Test
  void rowsThatAreAlikeInTheColumnsThatCountLieInOneRange() throws SQLException {
    TwoDatabases databases = database("a int, b public.citext, PRIMARY KEY (a, b)");
    databases.onSource("INSERT INTO t SELECT g / 300, 'b' || g FROM generate_series(1, 950) g");
    try (Connection source = databases.source()) {
      CanonicalSession.pin(source);
      List<ChunkBounds> chunks = ChunkPlanner.plan(source, TABLE, BY_KEY).chunks();
      assertThat(chunks).hasSize(4);
      long rows = 0;
      for (ChunkBounds bounds : chunks) {
        rows += count(source, bounds);
      }
      assertThat(rows).isEqualTo(950);
    }
  }

  @Test
  void whereThereWouldBeTooManyRangesTheyAreLarger() throws SQLException {
    TwoDatabases databases = database("id int PRIMARY KEY");
    databases.onSource(
        "INSERT INTO t SELECT g FROM generate_series(1, 10000) g",
        "ANALYZE t",
        "UPDATE pg_class SET reltuples = 100 WHERE relname = 't'");
    try (Connection source = databases.source()) {
      CanonicalSession.pin(source);
      for (int most : List.of(2, 3, 7, 10, 99)) {
        ChunkPlan plan =
            ChunkPlanner.plan(
                source, TABLE, new ChunkPlanSettings(10, 0, 1L << 40, most).with(Ranges.BY_KEY));
        assertThat(plan.chunks()).hasSizeBetween((most + 1) / 2, most);
        List<Long> sizes = new ArrayList<>();
        for (ChunkBounds bounds : plan.chunks()) {
          sizes.add(count(source, bounds));
        }
        assertThat(sizes.stream().mapToLong(Long::longValue).sum()).isEqualTo(10_000);
        assertThat(sizes.subList(0, sizes.size() - 1)).containsOnly(sizes.getFirst());
        assertThat(sizes.getLast()).isLessThanOrEqualTo(sizes.getFirst());
      }
    }
  }

  @Test
  void aRangeIsAsLargeAsItsBytesSay() throws SQLException {
    TwoDatabases databases = database("id int PRIMARY KEY, filler text");
    databases.onSource(
        "INSERT INTO t SELECT g, repeat('x', 1000) FROM generate_series(1, 1000) g", "ANALYZE t");
    try (Connection source = databases.source()) {
      assertThat(
              ChunkPlanner.plan(
                      source,
                      TABLE,
                      new ChunkPlanSettings(10, 500 << 10, 1 << 30, 100).with(Ranges.BY_KEY))
                  .chunks())
          .hasSizeBetween(2, 4);
      assertThat(
              ChunkPlanner.plan(
                      source,
                      TABLE,
                      new ChunkPlanSettings(1000, 0, 100 << 10, 100).with(Ranges.BY_KEY))
                  .chunks())
          .hasSizeBetween(9, 14);
    }
  }

  @Test
  void theWalkGoesAlongTheIndexWhateverTheStatisticsSay() throws SQLException {
    TwoDatabases databases = database("a int, b text, PRIMARY KEY (a, b)");
    databases.onSource("INSERT INTO t SELECT g % 3, 'b' || g FROM generate_series(1, 5000) g");
    try (Connection source = databases.source()) {
      CanonicalSession.pin(source);
      KeyOrder order = KeyOrder.find(source, TABLE, 150_000).orElseThrow();
      try (KeyWalk walk = KeyWalk.begin(source, TABLE, order)) {
        KeyPoint point = walk.points(2000, 100).getFirst();
        String explained = explain(source, KeyWalk.sql(TABLE, order, Optional.of(point), 2000));
        assertThat(explained).contains("t_pkey", "Index Cond: (ROW(a, b) >").doesNotContain("Sort");
      }
    }
  }

  @Test
  void aChunksSettingsGoWithIt() throws SQLException {
    TwoDatabases databases = database("id int PRIMARY KEY");
    databases.onSource("INSERT INTO t SELECT g FROM generate_series(1, 1000) g");
    databases.onTarget("CREATE TABLE t (id int)");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      CanonicalSession.pin(source);
      source.setAutoCommit(false);
      for (ChunkBounds bounds : ChunkPlanner.plan(source, TABLE, BY_KEY).chunks()) {
        CopySpec spec = CopySpec.of(TABLE, TABLE, List.of(CopyColumn.same("id")), bounds);
        new ChunkCopier(CopySettings.DEFAULT)
            .copy(source, target, spec, CopyProgress.SILENT, CancelSignal.NEVER);
        assertThat(TwoDatabases.ask(source, "SHOW enable_seqscan")).isEqualTo("on");
      }
      assertThat(TwoDatabases.ask(source, "SHOW enable_sort")).isEqualTo("on");
    }
    assertThat(databases.askTarget("SELECT count(*) || ' ' || count(DISTINCT id) FROM t"))
        .isEqualTo("1000 1000");
  }

  @Test
  void noValueOfAKeyIsInWhatIsPrintedOrThrown() throws SQLException {
    TwoDatabases databases = database("a text, b text, PRIMARY KEY (a, b)");
    databases.onSource(
        "INSERT INTO t SELECT 'canary' || g, 'canary' FROM generate_series(1, 1000) g");
    databases.onTarget("CREATE TABLE t (a text)");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      CanonicalSession.pin(source);
      ChunkPlan plan = ChunkPlanner.plan(source, TABLE, BY_KEY);
      assertThat(plan.chunks()).hasSize(10);
      assertThat(plan.chunks().getLast().whereClause()).contains("canary");
      CopySpec spec =
          CopySpec.of(TABLE, TABLE, List.of(CopyColumn.same("a")), plan.chunks().get(3));
      assertThat(plan + " " + spec).contains("KeyRange[columns=[a, b]").doesNotContain("canary");

      RangeKey key =
          new RangeKey(
              "pg_catalog",
              List.of(new KeyColumn("a", new TableName("pg_catalog", "int4"), Optional.empty())));
      KeyRange broken =
          new KeyRange(key, Optional.of(new KeyPoint(List.of("canary"))), Optional.empty());
      assertThatThrownBy(
              () ->
                  new ChunkCopier(CopySettings.DEFAULT)
                      .copy(
                          source,
                          target,
                          CopySpec.of(TABLE, TABLE, List.of(CopyColumn.same("a")), broken),
                          CopyProgress.SILENT,
                          CancelSignal.NEVER))
          .isInstanceOf(DatabaseException.class)
          .hasNoCause()
          .hasMessageContaining("22P02")
          .hasMessageNotContaining("canary");
    }
  }

  private static TwoDatabases database(String columns, String... more) throws SQLException {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onSource(
        "CREATE EXTENSION citext",
        "CREATE COLLATION other FROM \"de-x-icu\"",
        "CREATE TABLE t (" + columns + ")");
    databases.onSource(more);
    return databases;
  }

  private static List<String> columns(String columns, String... more) throws SQLException {
    try (Connection source = database(columns, more).source()) {
      CanonicalSession.pin(source);
      return KeyOrder.find(source, TABLE, source.getMetaData().getDatabaseMajorVersion() * 10_000)
          .map(order -> order.key().columns().stream().map(KeyColumn::name).toList())
          .orElse(List.of());
    }
  }

  private static long count(Connection source, ChunkBounds bounds) throws SQLException {
    return Long.parseLong(
        TwoDatabases.ask(source, "SELECT count(*) FROM ONLY public.t" + bounds.whereClause()));
  }

  private static String explain(Connection source, String sql) throws SQLException {
    StringBuilder text = new StringBuilder();
    try (Statement statement = source.createStatement();
        var row = statement.executeQuery("EXPLAIN " + sql)) {
      while (row.next()) {
        text.append(row.getString(1)).append('\n');
      }
    }
    return text.toString();
  }
}
