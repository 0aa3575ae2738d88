package dev.sensei.databases.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.databases.snapshot.SnapshotKeeper;
import dev.sensei.databases.snapshot.SnapshotSession;
import dev.sensei.databases.snapshot.SnapshotSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChunkCopierTest {
  private static final TableName TABLE = new TableName("public", "t");
  private static final String DDL =
      "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, a text, b numeric, c timestamptz,"
          + " d jsonb, e bytea, f int[], g double precision)";
  private static final String CONTENT = "SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM t";

  private final ChunkCopier copier = new ChunkCopier(CopySettings.DEFAULT);
  private TwoDatabases databases;

  @BeforeEach
  void makeTables() throws SQLException {
    databases = TwoDatabases.fresh();
    databases.onBoth(DDL);
    databases.onSource(
        "INSERT INTO t (a, b, c, d, e, f, g) SELECT CASE g % 3 WHEN 0 THEN NULL ELSE repeat('ü', g"
            + " % 50) END, g / 7.0, now() + g * interval '1 hour', jsonb_build_object('k', g),"
            + " sha256(g::text::bytea), ARRAY[g, NULL, -g], g * 1.1e10 FROM generate_series(1,"
            + " 30000) g");
  }

  private static List<CopyColumn> columns() {
    return Stream.of("id", "a", "b", "c", "d", "e", "f", "g").map(CopyColumn::same).toList();
  }

  private ChunkResult copyAll(Connection source, Connection target, ChunkBounds bounds) {
    return copier.copy(
        source,
        target,
        CopySpec.of(TABLE, TABLE, columns(), bounds),
        CopyProgress.SILENT,
        CancelSignal.NEVER);
  }

  @Test
  void theChunksOfATableAddUpToTheTable() throws SQLException {
    try (SnapshotKeeper keeper =
            SnapshotKeeper.open(databases.source(), List.of(TABLE), SnapshotSettings.DEFAULT);
        Connection source = databases.source();
        Connection target = databases.target()) {
      String expected = databases.askSource(CONTENT);
      SnapshotSession.adopt(source, keeper.snapshot());
      databases.onSource(
          "UPDATE t SET a = 'later' WHERE id % 2 = 0", "DELETE FROM t WHERE id > 29000");
      ChunkPlan plan =
          ChunkPlanner.plan(source, TABLE, new ChunkPlanSettings(5_000, 0, 1 << 30, 1_000));
      assertThat(plan.chunks()).hasSizeGreaterThan(4);
      ChunkResult total = ChunkResult.EMPTY;
      for (ChunkBounds bounds : plan.chunks().reversed()) {
        total = total.plus(copyAll(source, target, bounds));
      }
      assertThat(databases.askTarget(CONTENT)).isEqualTo(expected);
      assertThat(total.rows()).isEqualTo(30_000);

      target.setAutoCommit(false);
      assertThat(copyAll(source, target, ChunkBounds.WHOLE_TABLE)).isEqualTo(total);
      target.rollback();
    }
  }

  @Test
  void aRowWiderThanAnyBufferAndAnEmptyTableArrive() throws SQLException {
    databases.onBoth("TRUNCATE t");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      assertThat(copyAll(source, target, ChunkBounds.WHOLE_TABLE)).isEqualTo(ChunkResult.EMPTY);
      databases.onSource(
          "INSERT INTO t (a, e) SELECT repeat('wide', 1500000), NULL FROM generate_series(1, 3)");
      assertThat(copyAll(source, target, ChunkBounds.WHOLE_TABLE).rows()).isEqualTo(3);
    }
    assertThat(databases.askTarget(CONTENT)).isEqualTo(databases.askSource(CONTENT));
  }

  @Test
  void rowsThatDoNotFitTogetherGoOneByOneAndLeaveNothingTaken() throws Exception {
    databases.onBoth("TRUNCATE t");
    databases.onSource(
        "INSERT INTO t (a, e) SELECT repeat('wide', 1500000), NULL FROM generate_series(1, 6)");
    RowMemory memory = new RowMemory(7_000_000);
    ChunkCopier narrow = new ChunkCopier(CopySettings.DEFAULT, memory);
    AtomicLong most = new AtomicLong();
    CancelSignal look =
        () -> {
          most.accumulateAndGet(memory.taken(), Math::max);
          return false;
        };
    CopySpec spec = CopySpec.of(TABLE, TABLE, columns(), ChunkBounds.WHOLE_TABLE);
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      assertThat(narrow.copy(source, target, spec, CopyProgress.SILENT, look).rows()).isEqualTo(6);
      assertThat(most.get()).isBetween(6_000_000L, 7_000_000L);
      assertThat(memory.taken()).isZero();

      databases.onTarget("ALTER TABLE t ADD CONSTRAINT small CHECK (id < 30003) NOT VALID");
      assertThatThrownBy(() -> narrow.copy(source, target, spec, CopyProgress.SILENT, look))
          .isInstanceOf(DatabaseException.class);
      assertThat(memory.taken()).isZero();
    }
  }

  @Test
  void columnsAreRenamedAndComputedOnTheWay() throws SQLException {
    databases.onTarget("CREATE TABLE renamed (\"Key\" bigint, double_g double precision)");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      copier.copy(
          source,
          target,
          CopySpec.of(
              TABLE,
              new TableName("public", "renamed"),
              List.of(
                  CopyColumn.computed("id::bigint", "Key"),
                  CopyColumn.computed("g * 2", "double_g")),
              ChunkBounds.WHOLE_TABLE),
          CopyProgress.SILENT,
          CancelSignal.NEVER);
    }
    assertThat(databases.askTarget("SELECT sum(\"Key\") || ' ' || sum(double_g) FROM renamed"))
        .isEqualTo(databases.askSource("SELECT sum(id) || ' ' || sum(g * 2) FROM t"));
  }

  @Test
  void progressIsToldForEveryBatch() throws SQLException {
    List<Long> told = new ArrayList<>();
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      copier.copy(
          source,
          target,
          CopySpec.of(TABLE, TABLE, columns(), ChunkBounds.WHOLE_TABLE),
          (rows, bytes) -> told.add(rows),
          CancelSignal.NEVER);
    }
    assertThat(told).hasSizeBetween(2, 3).isSorted();
  }

  @Test
  void aCancelledCopyStopsAndTheSourcesSessionGoesOn() throws SQLException {
    AtomicLong polls = new AtomicLong();
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      source.setAutoCommit(false);
      target.setAutoCommit(false);
      CopySpec spec = CopySpec.of(TABLE, TABLE, columns(), ChunkBounds.WHOLE_TABLE);
      assertThatThrownBy(
              () ->
                  copier.copy(
                      source, target, spec, CopyProgress.SILENT, () -> polls.incrementAndGet() > 3))
          .isInstanceOf(CopyCancelled.class);
      target.rollback();
      assertThat(copyAll(source, target, ChunkBounds.WHOLE_TABLE).rows()).isEqualTo(30_000);
    }
  }

  @Test
  void anErrorOfTheTargetNamesTheConstraintAndLeavesTheSourcesSessionUsable() throws SQLException {
    databases.onTarget("ALTER TABLE t ADD CONSTRAINT small CHECK (id < 29000)");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      source.setAutoCommit(false);
      assertThatThrownBy(() -> copyAll(source, target, ChunkBounds.WHOLE_TABLE))
          .isInstanceOfSatisfying(
              DatabaseException.class,
              e -> {
                assertThat(e.errorClass()).isEqualTo(ErrorClass.DATA);
                assertThat(e.constraint()).contains("small");
              });
      assertThat(TwoDatabases.ask(source, "SELECT count(*) FROM t")).isEqualTo("30000");
      assertThat(TwoDatabases.ask(target, "SELECT count(*) FROM t")).isEqualTo("0");
    }
  }

  @Test
  void anErrorOfTheSourceIsTheSourcesAndNothingIsWritten() throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      CopySpec spec =
          CopySpec.of(
              TABLE,
              TABLE,
              List.of(CopyColumn.computed("1 / (id - 25000)", "g")),
              ChunkBounds.WHOLE_TABLE);
      assertThatThrownBy(
              () -> copier.copy(source, target, spec, CopyProgress.SILENT, CancelSignal.NEVER))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("reading rows of public.t")
          .hasMessageContaining("22012");
      assertThat(TwoDatabases.ask(target, "SELECT count(*) FROM t")).isEqualTo("0");
    }
  }
}
