package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.errors.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a raised epoch and a later snapshot do to a table, its chunks and who still writes. */
class EpochTest extends TableInLedger {
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
}
