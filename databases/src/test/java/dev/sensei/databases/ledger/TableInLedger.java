package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.sensei.databases.failpoint.Failpoints;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A table of 20,000 rows in chunks, claimed in the ledger of a new target. */
abstract class TableInLedger {
  static final String MIGRATION = "0190c3a2-7e7b-7b52-8f4e-8a1d9f5e2b11";
  static final TableName TABLE = new TableName("public", "t");
  static final TableKey KEY = new TableKey(MIGRATION, TABLE);
  static final int ROWS = 20_000;

  final Ledger ledger = new Ledger(LedgerSettings.DEFAULT);
  private final int fillerCharacters;
  private final int chunkRows;
  TwoDatabases databases;
  List<PlannedChunk> chunks = List.of();

  /** Five or six chunks of half a megabyte. */
  TableInLedger() {
    this(100, 4_000);
  }

  TableInLedger(int fillerCharacters, int chunkRows) {
    this.fillerCharacters = fillerCharacters;
    this.chunkRows = chunkRows;
  }

  TwoDatabases freshDatabases() throws SQLException {
    return TwoDatabases.fresh();
  }

  @BeforeEach
  void install() throws SQLException {
    databases = freshDatabases();
    databases.onBoth("CREATE TABLE t (id int, filler text)");
    databases.onSource(
        "INSERT INTO t SELECT g, repeat('x', %d) FROM generate_series(1, %d) g"
            .formatted(fillerCharacters, ROWS));
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      ledger.install(target, "here", MIGRATION);
      ledger.claim(target, new TableClaim(KEY, "here", 7, 1, 0, true));
      List<ChunkBounds> bounds =
          ChunkPlanner.plan(source, TABLE, new ChunkPlanSettings(chunkRows, 0, 1 << 30, 100))
              .chunks();
      if (ledger.storeBounds(target, KEY, 1, 1, bounds) instanceof BoundsOutcome.Stored stored) {
        chunks = stored.chunks();
      }
    }
    assertThat(chunks).hasSizeBetween(Math.max(1, ROWS / chunkRows), ROWS / chunkRows + 1);
  }

  @AfterEach
  void failpointsOff() {
    Failpoints.clear();
  }

  ChunkWork copying(Connection source) {
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

  CopyOutcome copy(int chunk, long epoch) throws SQLException {
    return copy(chunk, epoch, 1);
  }

  CopyOutcome copy(int chunk, long epoch, int snapshot) throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      return copy(source, target, chunk, epoch, snapshot);
    }
  }

  CopyOutcome copy(Connection source, Connection target, int chunk, long epoch, int snapshot) {
    return ledger.copyOnce(
        target, new ChunkKey(KEY, epoch, chunk), snapshot, "worker-1", copying(source));
  }

  /** Every row of the chunks that the ledger has is in the table once, and no other row is. */
  void assertRowsAreThoseOfTheLedger() throws SQLException {
    String inLedger = databases.askTarget("SELECT coalesce(sum(rows), 0) FROM sensei_ledger.chunk");
    assertThat(countInTarget()).isEqualTo(inLedger + " " + inLedger);
  }

  Settlement settle(long epoch) throws SQLException {
    try (Connection target = databases.target()) {
      return ledger.settle(target, KEY, epoch);
    }
  }

  String countInTarget() throws SQLException {
    return databases.askTarget("SELECT count(*) || ' ' || count(DISTINCT id) FROM t");
  }

  ChunkWork waiting(CountDownLatch writing, CountDownLatch goOn, Connection source) {
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
}
