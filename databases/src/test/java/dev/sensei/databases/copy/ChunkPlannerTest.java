package dev.sensei.databases.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ChunkPlannerTest {
  private static final TableName TABLE = new TableName("public", "t");

  @RepeatedTest(6)
  void chunksCoverEveryRowExactlyOnce(RepetitionInfo repetition) throws SQLException {
    Random random = new Random(repetition.getCurrentRepetition());
    TwoDatabases databases = TwoDatabases.fresh();
    int rows = random.nextInt(20_000);
    databases.onSource(
        "CREATE TABLE t (id int, filler text)",
        "INSERT INTO t SELECT g, repeat('x', (g * 31) % "
            + (1 + random.nextInt(300))
            + ") FROM generate_series(1, "
            + rows
            + ") g",
        "DELETE FROM t WHERE id % " + (2 + random.nextInt(5)) + " = 0",
        random.nextBoolean() ? "ANALYZE t" : "VACUUM t",
        "UPDATE t SET filler = filler || 'y' WHERE id % 7 = 0");
    try (Connection source = databases.source()) {
      ChunkPlanSettings settings =
          new ChunkPlanSettings(1 + random.nextInt(3000), 0, 1L << 30, 1 + random.nextInt(500));
      ChunkPlan plan = ChunkPlanner.plan(source, TABLE, settings);

      StringBuilder union = new StringBuilder();
      for (ChunkBounds bounds : plan.chunks()) {
        union
            .append(union.isEmpty() ? "" : " UNION ALL ")
            .append("SELECT id FROM ONLY t")
            .append(bounds.whereClause());
      }
      assertThat(
              TwoDatabases.ask(
                  source, "SELECT count(*) || ' ' || count(DISTINCT id) FROM (" + union + ") u"))
          .isEqualTo(TwoDatabases.ask(source, "SELECT count(*) || ' ' || count(*) FROM t"));
      assertThat(plan.chunks().size()).isLessThanOrEqualTo(settings.maxChunks());
      assertThat(plan.chunks().getLast())
          .satisfiesAnyOf(
              last -> assertThat(last).isEqualTo(ChunkBounds.WHOLE_TABLE),
              last -> assertThat(((BlockRange) last).toBlock()).isEmpty());
    }
  }

  @Test
  void chunksAreAboutAsLargeAsAsked() {
    List<ChunkBounds> byRows = ChunkPlanner.cut(100_000, 10, 8192, ChunkPlanSettings.DEFAULT);
    assertThat(byRows.getFirst()).isEqualTo(ChunkBounds.between(0, 10_000));

    List<ChunkBounds> narrow = ChunkPlanner.cut(10_000, 50, 8192, ChunkPlanSettings.DEFAULT);
    assertThat(narrow).hasSize(2).contains(ChunkBounds.between(0, 8192), ChunkBounds.from(8192));

    List<ChunkBounds> wide = ChunkPlanner.cut(1000, 50, 10e6, ChunkPlanSettings.DEFAULT);
    assertThat(wide.getFirst()).isEqualTo(ChunkBounds.between(0, 27));

    List<ChunkBounds> exactly =
        ChunkPlanner.cut(10_000, 50, 8192, new ChunkPlanSettings(100_000, 0, 256 << 20, 1_000));
    assertThat(exactly)
        .hasSize(5)
        .contains(ChunkBounds.between(2000, 4000), ChunkBounds.from(8000));

    List<ChunkBounds> byCount =
        ChunkPlanner.cut(1000, 5000, 8192, new ChunkPlanSettings(1, 0, 1, 10));
    assertThat(byCount).hasSize(10);
  }

  @Test
  void viewsForeignTablesAndTinyTablesAreOneChunk() throws SQLException {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onSource(
        "CREATE TABLE t (id int)",
        "CREATE VIEW v AS SELECT * FROM t",
        "CREATE TABLE parts (id int) PARTITION BY RANGE (id)");
    try (Connection source = databases.source()) {
      for (String name : List.of("t", "v", "parts")) {
        assertThat(
                ChunkPlanner.plan(source, new TableName("public", name), ChunkPlanSettings.DEFAULT)
                    .chunks())
            .containsExactly(ChunkBounds.WHOLE_TABLE);
      }
    }
  }
}
