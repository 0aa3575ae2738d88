package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.errors.DatabaseException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker that was thought dead stands still at a step of the protocol, and goes on later. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ZombieTest extends TableInLedger {
  /** Too impatient to wait for a zombie: where one is in the way, the raise fails. */
  private static final Ledger IMPATIENT =
      new Ledger(new LedgerSettings(Duration.ofSeconds(2), Duration.ofSeconds(10), 10));

  @TempDir Path directory;

  private PausedWork<CopyOutcome> zombie(String step, Connection source, Connection target)
      throws Exception {
    return PausedWork.at(step, directory, () -> copy(source, target, 1, 1, 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "after-claim",
        "after-look-up",
        "mid-chunk",
        "before-ledger-row",
        "before-chunk-commit"
      })
  void afterARollbackItHasWrittenNothingWhereverItStood(String step) throws Exception {
    assertThat(copy(0, 1)).isInstanceOf(CopyOutcome.Copied.class);
    try (Connection source = databases.source();
        Connection slow = databases.target();
        Connection target = databases.target();
        PausedWork<CopyOutcome> zombie = zombie(step, source, slow)) {
      assertThat(IMPATIENT.raiseEpoch(target, KEY, 2)).isEqualTo(new RaiseOutcome.Raised(1, true));
      assertThat(countInTarget()).isEqualTo("0 0");
      assertThatThrownBy(zombie::goOn).isInstanceOf(DatabaseException.class);
    }
    assertThat(countInTarget()).isEqualTo("0 0");
    assertThat(copy(1, 1)).isEqualTo(new CopyOutcome.Superseded(OptionalLong.of(2)));
    assertRowsAreThoseOfTheLedger();
  }

  @Test
  void afterARollbackWhatItHadCommittedIsGoneToo() throws Exception {
    try (Connection source = databases.source();
        Connection slow = databases.target();
        Connection target = databases.target();
        PausedWork<CopyOutcome> zombie = zombie("after-chunk-commit", source, slow)) {
      assertThat(ledger.raiseEpoch(target, KEY, 2)).isEqualTo(new RaiseOutcome.Raised(0, true));
      assertThat(zombie.goOn()).isInstanceOf(CopyOutcome.Copied.class);
    }
    assertThat(countInTarget()).isEqualTo("0 0");
    assertRowsAreThoseOfTheLedger();
  }

  @Test
  void afterAResumeItFindsTheChunkOfItsSuccessor() throws Exception {
    try (Connection source = databases.source();
        Connection slow = databases.target();
        PausedWork<CopyOutcome> zombie = zombie("after-claim", source, slow)) {
      assertThat(copy(1, 1, 2)).isInstanceOf(CopyOutcome.Copied.class);
      assertThat(zombie.goOn())
          .isInstanceOfSatisfying(
              CopyOutcome.AlreadyCopied.class,
              found -> assertThat(found.entry().snapshotNumber()).isEqualTo(2));
    }
    assertRowsAreThoseOfTheLedger();
  }

  @ParameterizedTest
  @ValueSource(strings = {"after-look-up", "mid-chunk", "before-ledger-row", "before-chunk-commit"})
  void afterAResumeItsSuccessorWaitsForItAndFindsItsChunk(String step) throws Exception {
    try (Connection source = databases.source();
        Connection slow = databases.target();
        ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
        PausedWork<CopyOutcome> zombie = zombie(step, source, slow)) {
      Future<CopyOutcome> successor = thread.submit(() -> copy(1, 1, 2));
      while (databases
          .askTarget(
              "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                  + " WHERE d.datname = current_database() AND locktype = 'advisory'"
                  + " AND NOT granted")
          .equals("0")) {
        assertThat(successor).isNotDone();
      }
      assertThat(zombie.goOn()).isInstanceOf(CopyOutcome.Copied.class);
      assertThat(successor.get(20, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              CopyOutcome.AlreadyCopied.class,
              found -> assertThat(found.entry().snapshotNumber()).isEqualTo(1));
    }
    assertRowsAreThoseOfTheLedger();
  }

  @Test
  void whatItWritesBehindTheSettlementIsNotInTheSettlement() throws Exception {
    for (PlannedChunk chunk : chunks) {
      if (chunk.chunk() != 1) {
        copy(chunk.chunk(), 1);
      }
    }
    try (PausedWork<Settlement> settling =
        PausedWork.at("after-settle-commit", directory, () -> settle(1))) {
      assertThat(copy(1, 1)).isInstanceOf(CopyOutcome.Copied.class);
      assertThat(settling.goOn())
          .isInstanceOfSatisfying(
              Settlement.Settled.class,
              settled -> assertThat(settled.missing()).containsExactly(1));
    }
    assertThat(settle(1))
        .isInstanceOfSatisfying(
            Settlement.Settled.class, settled -> assertThat(settled.complete()).isTrue());
  }
}
