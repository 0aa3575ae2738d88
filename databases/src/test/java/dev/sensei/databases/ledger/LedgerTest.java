package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TwoDatabases;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks, claims and the ledger's own schema, each once however often it is asked for. */
class LedgerTest extends TableInLedger {
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

  /** A worker that is frozen for hours must not keep its chunk from whoever has the task now. */
  @Test
  void whoeverHoldsAChunkForTooLongIsEnded() throws Exception {
    Ledger impatient =
        new Ledger(new LedgerSettings(Duration.ofSeconds(1), Duration.ofSeconds(5), 10));
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
      CopyOutcome outcome =
          impatient.copyOnce(target, new ChunkKey(KEY, 1, 0), 1, "other", copying(source));
      assertThat(outcome).isInstanceOf(CopyOutcome.Copied.class);
      goOn.countDown();
      assertThatThrownBy(() -> holder.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(DatabaseException.class);
      assertRowsAreThoseOfTheLedger();
    }
  }

  /** The number of the lock may be somebody else's too. */
  @Test
  void sessionsOfOthersAreNotEnded() throws Exception {
    Ledger impatient =
        new Ledger(new LedgerSettings(Duration.ofSeconds(1), Duration.ofSeconds(5), 10));
    try (Connection source = databases.source();
        Connection target = databases.target();
        Connection theirs = databases.target()) {
      long number = ChunkLock.number(new ChunkKey(KEY, 1, 0));
      // In a transaction, which is older than the wait: only its name is another's.
      theirs.setAutoCommit(false);
      TwoDatabases.run(theirs, "SELECT pg_advisory_xact_lock(" + number + ")");
      assertThatThrownBy(
              () -> impatient.copyOnce(target, new ChunkKey(KEY, 1, 0), 1, "w", copying(source)))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("lock");
      assertThat(TwoDatabases.ask(theirs, "SELECT 1")).isEqualTo("1");
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
                  3,
                  Map.of("23505", 2L, "22P02", 1L)));
      assertThat(ledger.entries(target, KEY, 1).getFirst().deviations())
          .isEqualTo(Map.of("22P02", 1L, "23505", 2L));
      assertThat(ledger.entries(target, KEY, 1).getFirst().setAside()).isEqualTo(3);
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
