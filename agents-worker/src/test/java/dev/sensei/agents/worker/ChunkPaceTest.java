package dev.sensei.agents.worker;

import static dev.sensei.agents.testing.Migration.ask;
import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.databases.copy.ChunkPlanSettings;
import dev.sensei.databases.failpoint.FailpointReached;
import dev.sensei.databases.failpoint.Failpoints;
import dev.sensei.schemas.report.TableChecked;
import dev.sensei.schemas.report.TablePrepared;
import dev.sensei.schemas.task.PrepareTable;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Chunks that take about as long as is asked for. */
class ChunkPaceTest extends WorkerOnDatabases {
  private static final String WIDE =
      """
      CREATE TABLE wide (id int PRIMARY KEY, filler text);
      ALTER TABLE wide ALTER filler SET STORAGE PLAIN;
      INSERT INTO wide SELECT n, repeat(md5(n::text), 60) FROM generate_series(1, 12000) n;
      ANALYZE;
      """;

  private static final ChunkPlanSettings ASKED =
      new ChunkPlanSettings(100_000, 64 << 20, 256 << 20, 100_000);

  private static long bytes(double bytesPerSecond, Duration chunkTime, long tableBytes) {
    return ChunkPace.chunkBytes(bytesPerSecond, chunkTime, tableBytes, ASKED);
  }

  @Test
  void aChunkIsWhatGoesThroughInItsTimeWithinBounds() {
    Duration time = Duration.ofMillis(1_500);
    long large = 1L << 40;
    assertThat(bytes(20 << 20, time, large)).isEqualTo(30 << 20);
    assertThat(bytes(100 << 20, time, large)).isEqualTo(150 << 20);
    assertThat(bytes(100, time, large)).isEqualTo(1 << 20);
    assertThat(bytes(1e12, time, large)).isEqualTo(256 << 20);
    // Sixteen chunks at least above the size that is asked for, but that size in any case.
    assertThat(bytes(1e12, time, 1L << 31)).isEqualTo(128 << 20);
    assertThat(bytes(1e12, time, 200 << 20)).isEqualTo(64 << 20);
  }

  @Test
  void whereRowsGoSlowlyChunksAreSmall() throws Exception {
    int quick = chunks("", 1_500);
    // A buffer of 256 KiB is held up by a tenth of a second: some two megabytes a second.
    int slow = chunks("mid-chunk=sleep(100)", 1_500);
    Failpoints.clear();
    assertThat(quick).isEqualTo(3);
    assertThat(slow).isBetween(5, 25);
    IntStream.range(0, slow).forEach(this::copyChunk);
    handle(check("wide", 1));
    assertThat(migration.last(TableChecked.class).getTargetRows()).isEqualTo(12_000);
    assertThat(ask(migration.target, "SELECT count(*) FROM pg_class WHERE relname LIKE 'pace%'"))
        .isEqualTo("0");
  }

  @Test
  void nothingIsMeasuredWhereThatIsNotAskedFor() throws Exception {
    assertThat(chunks("mid-chunk=throw", 0)).isEqualTo(3);
    assertThatThrownBy(() -> chunks("mid-chunk=throw", 1_500)).isInstanceOf(FailpointReached.class);
  }

  @Test
  void aMeasurementThatFailsIsNoFailure() throws Exception {
    begin(WIDE, "");
    handle(prepareTarget());
    run(migration.target, "DROP TABLE wide");
    handle(prepare(1_500));
    assertThat(migration.last(TablePrepared.class).getChunks()).isEqualTo(3);
  }

  private int chunks(String failpoints, long chunkTimeMillis) throws Exception {
    begin(WIDE, "");
    handle(prepareTarget());
    Failpoints.configure(failpoints);
    handle(prepare(chunkTimeMillis));
    handle(prepare(chunkTimeMillis));
    return migration.last(TablePrepared.class).getChunks();
  }

  private PrepareTable prepare(long chunkTimeMillis) {
    PrepareTable task = prepareTable("wide", 1, dev.sensei.schemas.common.ExistingRows.REFUSE);
    task.put(
        "options",
        MigrationOptions.unset()
            .setChunkRows(1_000)
            .setChunkBytes(8 << 20)
            .setChunkTimeMillis(chunkTimeMillis)
            .build());
    return task;
  }

  private void copyChunk(int chunk) {
    try {
      handle(copy("wide", 1, chunk));
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }
}
