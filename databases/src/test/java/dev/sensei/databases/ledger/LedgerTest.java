package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.copy.CancelSignal;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.ChunkCopier;
import dev.sensei.databases.copy.ChunkPlanSettings;
import dev.sensei.databases.copy.ChunkPlanner;
import dev.sensei.databases.copy.CopyColumn;
import dev.sensei.databases.copy.CopyProgress;
import dev.sensei.databases.copy.CopySettings;
import dev.sensei.databases.copy.CopySpec;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.databases.failpoint.FailpointReached;
import dev.sensei.databases.failpoint.Failpoints;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTest {
  private static final String MIGRATION = "0190c3a2-7e7b-7b52-8f4e-8a1d9f5e2b11";
  private static final TableName TABLE = new TableName("public", "t");
  private static final TableKey KEY = new TableKey(MIGRATION, TABLE);
  private static final int ROWS = 20_000;

  private final Ledger ledger = new Ledger(LedgerSettings.DEFAULT);
  private TwoDatabases databases;
  private List<PlannedChunk> chunks = List.of();

  @BeforeEach
  void install() throws SQLException {
    databases = TwoDatabases.fresh();
    databases.onBoth("CREATE TABLE t (id int, filler text)");
    databases.onSource(
        "INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(1, " + ROWS + ") g");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      ledger.install(target, "here", MIGRATION);
      ledger.claim(target, new TableClaim(KEY, "here", 7, 1, 0, true));
      List<ChunkBounds> bounds =
          ChunkPlanner.plan(source, TABLE, new ChunkPlanSettings(4_000, 1 << 30, 100)).chunks();
      if (ledger.storeBounds(target, KEY, 1, 1, bounds) instanceof BoundsOutcome.Stored stored) {
        chunks = stored.chunks();
      }
    }
    assertThat(chunks).hasSizeBetween(5, 6);
  }

  @AfterEach
  void failpointsOff() {
    Failpoints.clear();
  }

  private ChunkWork copying(Connection source) {
    return (target, chunk) ->
        ChunkWork.Written.clean(
            new ChunkCopier(CopySettings.DEFAULT)
                .copy(
                    source,
                    target,
                    CopySpec.of(
                        TABLE,
                        TABLE,
                        List.of(CopyColumn.same("id"), CopyColumn.same("filler")),
                        chunk.bounds()),
                    CopyProgress.SILENT,
                    CancelSignal.NEVER));
  }

  private CopyOutcome copy(int chunk, long epoch) throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      return ledger.copyOnce(
          target, new ChunkKey(KEY, epoch, chunk), 1, "worker-1", copying(source));
    }
  }

  private Settlement settle(long epoch) throws SQLException {
    try (Connection target = databases.target()) {
      return ledger.settle(target, KEY, epoch);
    }
  }

  private String countInTarget() throws SQLException {
    return databases.askTarget("SELECT count(*) || ' ' || count(DISTINCT id) FROM t");
  }

  @Test
  void allChunksOnceMakeTheTableAndTheLedgerSaysSo() throws SQLException {
    for (PlannedChunk chunk : chunks) {
      assertThat(copy(chunk.chunk(), 1)).isInstanceOf(CopyOutcome.Copied.class);
    }
    assertThat(countInTarget()).isEqualTo(ROWS + " " + ROWS);
    assertThat(settle(1))
        .isInstanceOfSatisfying(
            Settlement.Settled.class,
            settled -> {
              assertThat(settled.complete()).isTrue();
              assertThat(settled.missing()).isEmpty();
              assertThat(settled.total().rows()).isEqualTo(ROWS);
            });
  }

  @Test
  void aTaskThatIsDeliveredAgainAfterItsCommitFindsItsRow() throws SQLException {
    CopyOutcome first = copy(2, 1);
    CopyOutcome second = copy(2, 1);
    assertThat(first)
        .isInstanceOfSatisfying(
            CopyOutcome.Copied.class,
            copied -> assertThat(second).isEqualTo(new CopyOutcome.AlreadyCopied(copied.entry())));
    assertThat(settle(1))
        .isInstanceOfSatisfying(
            Settlement.Settled.class,
            settled -> {
              assertThat(settled.present()).isEqualTo(1);
              assertThat(settled.missing()).startsWith(0, 1, 3);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "after-claim",
        "mid-chunk",
        "before-ledger-row",
        "before-chunk-commit",
        "after-chunk-commit"
      })
  void whereverAWorkerFailsTheChunkIsThereOnceAfterTheNextDelivery(String failpoint)
      throws SQLException {
    Failpoints.configure(failpoint + "=throw");
    assertThatThrownBy(() -> copy(1, 1)).isInstanceOf(FailpointReached.class);
    Failpoints.clear();
    boolean committed = failpoint.equals("after-chunk-commit");
    assertThat(countInTarget().equals("0 0")).isEqualTo(!committed);

    CopyOutcome again = copy(1, 1);
    assertThat(again)
        .isInstanceOf(committed ? CopyOutcome.AlreadyCopied.class : CopyOutcome.Copied.class);
    String counted = countInTarget();
    assertThat(settle(1))
        .isInstanceOfSatisfying(
            Settlement.Settled.class,
            settled ->
                assertThat(counted)
                    .isEqualTo(settled.total().rows() + " " + settled.total().rows()));
  }

  @Test
  void ofTwoWorkersWithOneChunkOneWritesAndTheOtherFindsIt() throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int chunk = 0; chunk < 3; chunk++) {
        int number = chunk;
        List<Future<CopyOutcome>> both = new ArrayList<>();
        for (int worker = 0; worker < 2; worker++) {
          both.add(executor.submit(() -> copy(number, 1)));
        }
        List<Class<?>> outcomes = new ArrayList<>();
        for (Future<CopyOutcome> one : both) {
          outcomes.add(one.get(20, TimeUnit.SECONDS).getClass());
        }
        assertThat(outcomes)
            .containsExactlyInAnyOrder(CopyOutcome.Copied.class, CopyOutcome.AlreadyCopied.class);
      }
    }
    assertThat(databases.askTarget("SELECT count(*) = count(DISTINCT id) FROM t")).isEqualTo("t");
  }

  @Test
  void aChunkThatAnotherHoldsForTooLongIsLeftToIt() throws Exception {
    Ledger impatient =
        new Ledger(new LedgerSettings(Duration.ofMillis(100), Duration.ofSeconds(5), 10));
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        Connection source = databases.source();
        Connection slow = databases.target();
        Connection target = databases.target()) {
      Future<CopyOutcome> holder =
          executor.submit(
              () ->
                  ledger.copyOnce(
                      slow, new ChunkKey(KEY, 1, 0), 1, "slow", waiting(writing, goOn, source)));
      assertThat(writing.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(impatient.copyOnce(target, new ChunkKey(KEY, 1, 0), 1, "other", copying(source)))
          .isEqualTo(new CopyOutcome.HeldByAnother());
      goOn.countDown();
      assertThat(holder.get(10, TimeUnit.SECONDS)).isInstanceOf(CopyOutcome.Copied.class);
    }
  }

  private ChunkWork waiting(CountDownLatch writing, CountDownLatch goOn, Connection source) {
    return (target, chunk) -> {
      ChunkWork.Written written = copying(source).write(target, chunk);
      writing.countDown();
      try {
        assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return written;
    };
  }

  @Test
  void aZombieOfAnOlderEpochCannotWriteAfterTheEpochRose() throws Exception {
    assertThat(copy(0, 1)).isInstanceOf(CopyOutcome.Copied.class);
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        Connection source = databases.source();
        Connection zombie = databases.target();
        Connection target = databases.target()) {
      Future<CopyOutcome> writer =
          executor.submit(
              () ->
                  ledger.copyOnce(
                      zombie,
                      new ChunkKey(KEY, 1, 1),
                      1,
                      "zombie",
                      waiting(writing, goOn, source)));
      assertThat(writing.await(10, TimeUnit.SECONDS)).isTrue();

      assertThat(ledger.raiseEpoch(target, KEY, 2)).isEqualTo(new RaiseOutcome.Raised(1, true));
      goOn.countDown();
      assertThatThrownBy(() -> writer.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(DatabaseException.class);
      assertThat(countInTarget()).isEqualTo("0 0");

      assertThat(copy(1, 1)).isEqualTo(new CopyOutcome.Superseded(OptionalLong.of(2)));
      assertThat(copy(1, 2)).isEqualTo(new CopyOutcome.NotPlanned());
      assertThat(ledger.raiseEpoch(target, KEY, 2)).isEqualTo(new RaiseOutcome.AlreadyThere());
      assertThat(ledger.raiseEpoch(target, KEY, 1))
          .isEqualTo(new RaiseOutcome.Superseded(OptionalLong.of(2)));
      assertThat(settle(1)).isEqualTo(new Settlement.Superseded(OptionalLong.of(2)));
      assertThat(ledger.entries(target, KEY, 1)).isEmpty();

      assertThat(
              ledger.storeBounds(
                  target, KEY, 2, 1, chunks.stream().map(PlannedChunk::bounds).toList()))
          .isInstanceOf(BoundsOutcome.Stored.class);
      for (PlannedChunk chunk : chunks) {
        assertThat(copy(chunk.chunk(), 2)).isInstanceOf(CopyOutcome.Copied.class);
      }
      assertThat(countInTarget()).isEqualTo(ROWS + " " + ROWS);
    }
  }

  @Test
  void aTableThatAForeignKeyPointsToIsEmptiedByDelete() throws SQLException {
    databases.onTarget(
        "ALTER TABLE t ADD PRIMARY KEY (id)", "CREATE TABLE child (t_id int REFERENCES t)");
    assertThat(copy(0, 1)).isInstanceOf(CopyOutcome.Copied.class);
    try (Connection target = databases.target()) {
      assertThat(ledger.raiseEpoch(target, KEY, 2)).isEqualTo(new RaiseOutcome.Raised(0, false));
    }
    assertThat(countInTarget()).isEqualTo("0 0");
  }

  @Test
  void rowsThatAreNotOursAreNeverEmptied() throws SQLException {
    TableKey others = new TableKey(MIGRATION, new TableName("public", "others"));
    databases.onTarget("CREATE TABLE others (id int)", "INSERT INTO others VALUES (1), (2)");
    try (Connection target = databases.target()) {
      ledger.claim(target, new TableClaim(others, "here", 8, 1, 2, false));
      assertThat(ledger.raiseEpoch(target, others, 2))
          .isEqualTo(new RaiseOutcome.HoldsOthersRows(2));
    }
    assertThat(databases.askTarget("SELECT count(*) FROM others")).isEqualTo("2");
  }

  @Test
  void aTaskOfAnEarlierSnapshotThanItsChunksIsRefused() throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      ledger.raiseEpoch(target, KEY, 2);
      ledger.storeBounds(target, KEY, 2, 2, List.of(ChunkBounds.WHOLE_TABLE));
      assertThat(ledger.copyOnce(target, new ChunkKey(KEY, 2, 0), 1, "w", copying(source)))
          .isEqualTo(new CopyOutcome.OtherSnapshot(2));
    }
    assertThat(countInTarget()).isEqualTo("0 0");
  }

  @Test
  void aLaterSnapshotOfTheSameEpochGoesOnWithTheChunksOfTheEarlier() throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      assertThat(ledger.copyOnce(target, new ChunkKey(KEY, 1, 0), 2, "w", copying(source)))
          .isInstanceOf(CopyOutcome.Copied.class);
    }
  }

  @Test
  void manyWorkersInstallAtOnceAndASecondInstallationIsRefusedByName() throws Exception {
    TwoDatabases fresh = TwoDatabases.fresh();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(
            executor.submit(
                () -> {
                  try (Connection target = fresh.target()) {
                    ledger.install(target, "here", MIGRATION);
                  }
                  return true;
                }));
      }
      for (Future<?> one : all) {
        one.get(20, TimeUnit.SECONDS);
      }
    }
    try (Connection target = fresh.target()) {
      assertThatThrownBy(() -> ledger.install(target, "elsewhere", "other-migration"))
          .isInstanceOf(ForeignInstallation.class)
          .hasMessageContaining("installation here")
          .hasMessageContaining(MIGRATION);
    }
  }

  @Test
  void aTableIsOneMigrationsAtATimeAndTheSchemaGoesWithTheLast() throws SQLException {
    TableKey second = new TableKey("second", TABLE);
    try (Connection target = databases.target()) {
      ledger.install(target, "here", "second");
      assertThat(ledger.claim(target, new TableClaim(second, "here", 0, 1, 0, false)))
          .isInstanceOf(ClaimOutcome.HeldByOther.class);
      assertThat(ledger.claim(target, new TableClaim(KEY, "here", 7, 1, 0, true)))
          .isInstanceOf(ClaimOutcome.AlreadyOurs.class);
      ledger.recordObject(target, MIGRATION, new CreatedObject("table", "public.t"));
      ledger.recordObject(target, MIGRATION, new CreatedObject("sequence", "public.s"));
      assertThat(ledger.objects(target, MIGRATION))
          .containsExactly(
              new CreatedObject("sequence", "public.s"), new CreatedObject("table", "public.t"));

      assertThat(ledger.remove(target, MIGRATION)).isFalse();
      assertThat(ledger.claimOn(target, TABLE)).isEmpty();
      assertThat(ledger.remove(target, "second")).isTrue();
      assertThat(ledger.remove(target, "second")).isTrue();
      assertThat(copy(0, 1)).isEqualTo(new CopyOutcome.Superseded(OptionalLong.empty()));
    }
    assertThat(
            databases.askTarget("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'sensei%'"))
        .isEqualTo("0");
  }

  @Test
  void deviationsAreCountedByKindAndKept() throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      ledger.copyOnce(
          target,
          new ChunkKey(KEY, 1, 0),
          1,
          "w",
          (session, chunk) ->
              new ChunkWork.Written(
                  copying(source).write(session, chunk).result(),
                  Map.of("23505", 2L, "22P02", 1L)));
      assertThat(ledger.entries(target, KEY, 1).getFirst().deviations())
          .isEqualTo(Map.of("22P02", 1L, "23505", 2L));
    }
  }

  @Test
  void aTargetThatFailsGivesItsErrorAndAnUnchangedTable() throws SQLException {
    databases.onTarget("ALTER TABLE t ADD CONSTRAINT small CHECK (id < 10)");
    assertThatThrownBy(() -> copy(0, 1))
        .isInstanceOfSatisfying(
            DatabaseException.class, e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.DATA));
    assertThat(countInTarget()).isEqualTo("0 0");
  }

  @Test
  void sessionNamesFitAndAreReadBack() {
    String name = WorkerSession.applicationName(MIGRATION, 99_999, 999);
    assertThat(name.length()).isLessThanOrEqualTo(WorkerSession.MAX_BYTES);
    assertThat(WorkerSession.epoch(name, WorkerSession.prefix(MIGRATION, 99_999))).hasValue(999);
    assertThat(WorkerSession.epoch(name, WorkerSession.prefix(MIGRATION, 9))).isEmpty();
    assertThat(
            WorkerSession.applicationName("ein langer Name / mit Ümlaut".repeat(9), 1, 1).length())
        .isLessThanOrEqualTo(WorkerSession.MAX_BYTES);
  }
}
