package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.ChunkPlanSettings;
import dev.sensei.databases.copy.ChunkPlanSettings.Ranges;
import dev.sensei.databases.copy.ChunkPlanner;
import dev.sensei.databases.copy.KeyColumn;
import dev.sensei.databases.copy.KeyPoint;
import dev.sensei.databases.copy.KeyRange;
import dev.sensei.databases.copy.RangeKey;
import dev.sensei.databases.digest.CanonicalSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Chunks that are ranges of a key, in the ledger and in the chunk's transaction. */
class KeyRangeLedgerTest extends TableInLedger {
  private static final RangeKey TWO =
      new RangeKey(
          "odd \"schema\"",
          List.of(
              new KeyColumn(
                  "Näme",
                  new TableName("pg_catalog", "text"),
                  Optional.of(new TableName("pg_catalog", "C"))),
              new KeyColumn("n", new TableName("pg_catalog", "int4"), Optional.empty())));

  private static Optional<KeyPoint> point(String text, int number) {
    return Optional.of(new KeyPoint(List.of(text, String.valueOf(number))));
  }

  @Test
  void boundsComeOutOfTheLedgerAsTheyWentIn() throws SQLException {
    List<ChunkBounds> keys =
        List.of(
            new KeyRange(TWO, Optional.empty(), point("", -1)),
            new KeyRange(TWO, point("", -1), point("'\\\"{},NULL\n€", 7)),
            new KeyRange(TWO, point("'\\\"{},NULL\n€", 7), Optional.empty()));
    List<ChunkBounds> blocks = List.of(ChunkBounds.between(0, 5), ChunkBounds.from(5));
    List<ChunkBounds> whole = List.of(ChunkBounds.WHOLE_TABLE);
    try (Connection target = databases.target()) {
      long epoch = 2;
      for (List<ChunkBounds> bounds : List.of(keys, blocks, whole)) {
        ledger.raiseEpoch(target, KEY, epoch);
        BoundsOutcome stored = ledger.storeBounds(target, KEY, epoch, 3, bounds);
        List<PlannedChunk> wanted =
            java.util.stream.IntStream.range(0, bounds.size())
                .mapToObj(chunk -> new PlannedChunk(chunk, bounds.get(chunk), 3))
                .toList();
        assertThat(stored).isEqualTo(new BoundsOutcome.Stored(wanted));
        assertThat(ledger.storeBounds(target, KEY, epoch, 3, whole))
            .isEqualTo(new BoundsOutcome.AlreadyStored(wanted));
        epoch++;
      }
    }
    assertThat(databases.askTarget("SELECT count(*) FROM sensei_ledger.chunk_key")).isEqualTo("0");
  }

  @Test
  void rangesOfTwoKeysAreNoTablesRanges() {
    RangeKey other = new RangeKey("pg_catalog", TWO.columns());
    assertThatThrownBy(
            () -> {
              try (Connection target = databases.target()) {
                ledger.raiseEpoch(target, KEY, 2);
                ledger.storeBounds(
                    target,
                    KEY,
                    2,
                    1,
                    List.of(
                        new KeyRange(TWO, Optional.empty(), point("a", 1)),
                        new KeyRange(other, point("a", 1), Optional.empty())));
              }
            })
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void chunksByKeyLandOnceAndUnderALaterSnapshotToo() throws SQLException {
    databases.onSource("ALTER TABLE t ADD PRIMARY KEY (id)");
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      CanonicalSession.pin(source);
      source.setAutoCommit(false);
      ledger.raiseEpoch(target, KEY, 2);
      List<ChunkBounds> bounds =
          ChunkPlanner.plan(
                  source, TABLE, new ChunkPlanSettings(3_000, 0, 1 << 30, 100).with(Ranges.BY_KEY))
              .chunks();
      assertThat(bounds).hasSize(7);
      ledger.storeBounds(target, KEY, 2, 1, bounds);
      for (int chunk = 0; chunk < bounds.size(); chunk++) {
        int snapshot = 1 + chunk % 2;
        assertThat(copy(source, target, chunk, 2, snapshot)).isInstanceOf(CopyOutcome.Copied.class);
        assertThat(copy(source, target, chunk, 2, snapshot))
            .isInstanceOf(CopyOutcome.AlreadyCopied.class);
      }
      assertThat(copy(source, target, bounds.size(), 2, 1)).isEqualTo(new CopyOutcome.NotPlanned());
      assertThat(countInTarget()).isEqualTo(ROWS + " " + ROWS);
      assertRowsAreThoseOfTheLedger();
      assertThat(ledger.remove(target, MIGRATION)).isTrue();
    }
  }
}
