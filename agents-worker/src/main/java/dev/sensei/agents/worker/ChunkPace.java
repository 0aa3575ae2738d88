package dev.sensei.agents.worker;

import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.BlockRange;
import dev.sensei.databases.copy.CancelSignal;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.ChunkCopier;
import dev.sensei.databases.copy.ChunkPlan;
import dev.sensei.databases.copy.ChunkPlanSettings;
import dev.sensei.databases.copy.ChunkPlanner;
import dev.sensei.databases.copy.CopyCancelled;
import dev.sensei.databases.copy.CopySettings;
import dev.sensei.databases.copy.CopySpec;
import dev.sensei.databases.copy.RowMasks;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.schemas.common.Options;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Divides tables into chunks that take about the time that the options ask for.
 *
 * <p>How long rows take depends on how wide they are, on both servers and on the way between them,
 * and is nowhere to be read. So some rows from the middle of the table are copied for a moment, all
 * the way into a table that is rolled back with its transaction. A table that makes one chunk
 * anyway is not measured, nor one that is cut by a key.
 */
final class ChunkPace {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkPace.class);

  /** How much is copied first, and how much where that went too quickly to tell. */
  private static final List<Long> SAMPLE_BYTES = List.of(1L << 20, 8L << 20);

  /** A measurement is worth no longer wait for a lock. */
  private static final Duration LOCK_WAIT = Duration.ofSeconds(2);

  /** Told after each buffer. */
  private static final int TOLD_EVERY_ROWS = 1;

  private static final Duration ENOUGH_TIME = Duration.ofMillis(50);

  /** A chunk of less is not worth its way through Kafka. */
  private static final long LEAST_BYTES = 1L << 20;

  /** A table is not cut into fewer chunks than this to make them longer. */
  private static final int FEWEST_CHUNKS = 16;

  private final ChunkCopier copier = new ChunkCopier(CopySettings.DEFAULT);

  /**
   * The table's chunks.
   *
   * @param source a session on the snapshot, in its transaction
   * @param target a session, committing by itself
   */
  ChunkPlan divide(Connection source, Connection target, TableTask table, Options options) {
    TableName name = table.plan().source();
    ChunkPlanSettings asked =
        new ChunkPlanSettings(
            options.getChunkRows(),
            options.getChunkBytes(),
            ChunkPlanSettings.DEFAULT.mostBytes(),
            ChunkPlanSettings.DEFAULT.maxChunks());
    ChunkPlan plan = ChunkPlanner.plan(source, name, asked);
    if (options.getChunkTimeMillis() == 0 || plan.estimatedRows() == 0) {
      return plan;
    }
    Duration chunkTime = Duration.ofMillis(options.getChunkTimeMillis());
    OptionalDouble rowsPerSecond = measured(source, target, table, plan, chunkTime);
    if (rowsPerSecond.isEmpty()) {
      return plan;
    }
    double bytesPerSecond =
        rowsPerSecond.getAsDouble() * plan.bytes() / Math.max(1, plan.estimatedRows());
    long bytes = chunkBytes(bytesPerSecond, chunkTime, plan.bytes(), asked);
    LOG.debug(
        "{}: {} bytes a second, so {} bytes a chunk", name, Math.round(bytesPerSecond), bytes);
    return ChunkPlanner.plan(source, name, asked.withBytes(bytes));
  }

  /** How large a chunk should be. */
  static long chunkBytes(
      double bytesPerSecond, Duration chunkTime, long tableBytes, ChunkPlanSettings asked) {
    // A large table has enough chunks for all workers, and some left over for the quick ones.
    long most = Math.max(asked.leastBytes(), tableBytes / FEWEST_CHUNKS);
    long atMost = Math.clamp(most, LEAST_BYTES, asked.mostBytes());
    return Math.clamp(Math.round(bytesPerSecond * chunkTime.toMillis() / 1e3), LEAST_BYTES, atMost);
  }

  /** Rows a second; empty where that could not be found out, which is no fault of the table's. */
  private OptionalDouble measured(
      Connection source, Connection target, TableTask table, ChunkPlan plan, Duration chunkTime) {
    // Only blocks can be divided further without looking for keys.
    if (!(plan.chunks().getFirst() instanceof BlockRange(long from, OptionalLong to))
        || to.isEmpty()) {
      return OptionalDouble.empty();
    }
    double bytesPerBlock = (double) plan.bytes() / plan.chunks().size() / (to.getAsLong() - from);
    BlockRange middle = (BlockRange) plan.chunks().get(plan.chunks().size() / 2);
    TableName scratch =
        new TableName("sensei_ledger", "pace_" + UUID.randomUUID().toString().replace("-", ""));
    try {
      return DatabaseErrors.call(
          "measuring how fast rows of " + plan.table() + " go",
          () -> {
            target.setAutoCommit(false);
            try {
              create(target, scratch, table);
              OptionalDouble found = OptionalDouble.empty();
              for (int sample = 0; sample < SAMPLE_BYTES.size() && found.isEmpty(); sample++) {
                long blocks = Math.max(1, (long) (SAMPLE_BYTES.get(sample) / bytesPerBlock));
                boolean last = sample == SAMPLE_BYTES.size() - 1;
                found =
                    rowsPerSecond(
                        source,
                        target,
                        ChunkCopy.spec(
                                table.approved(),
                                table.plan(),
                                scratch,
                                ChunkBounds.between(
                                    middle.fromBlock(), middle.fromBlock() + blocks),
                                TOLD_EVERY_ROWS)
                            .with(RowMasks.NONE),
                        new Sample(
                            4 * SAMPLE_BYTES.get(sample), chunkTime, table.context()::cancelled),
                        last ? Duration.ZERO : ENOUGH_TIME);
              }
              return found;
            } finally {
              target.rollback();
              target.setAutoCommit(true);
            }
          });
    } catch (DatabaseException refused) {
      LOG.debug("{} was not measured: {}", plan.table(), refused.getMessage());
      return OptionalDouble.empty();
    }
  }

  /**
   * Copies for as long as a chunk should take at most, and a sample or two: a block may hold rows
   * of many megabytes.
   *
   * @return empty where there were no rows, or the copy took less time than can be measured well
   */
  private OptionalDouble rowsPerSecond(
      Connection source, Connection target, CopySpec spec, Sample sample, Duration least) {
    try {
      long rows = copier.copy(source, target, spec, sample::sent, sample::isEnough).rows();
      sample.sent(rows, 0);
      return sample.rowsPerSecond(least);
    } catch (CopyCancelled enough) {
      // The transaction takes no other sample.
      return sample.rowsPerSecond(Duration.ZERO);
    }
  }

  /** What was seen. Told by one thread, asked by two. */
  private static final class Sample {
    private final long beganNanos = System.nanoTime();
    private final long mostBytes;
    private final Duration most;
    private final CancelSignal cancelled;
    private volatile long rows;
    private volatile long bytes;
    private volatile long toldNanos;

    Sample(long mostBytes, Duration most, CancelSignal cancelled) {
      this.mostBytes = mostBytes;
      this.most = most;
      this.cancelled = cancelled;
    }

    void sent(long rowsSoFar, long bytesSoFar) {
      rows = rowsSoFar;
      bytes = bytesSoFar;
      toldNanos = System.nanoTime();
    }

    boolean isEnough() {
      return cancelled.requested()
          || (rows > 0 && (bytes >= mostBytes || System.nanoTime() - beganNanos >= most.toNanos()));
    }

    OptionalDouble rowsPerSecond(Duration least) {
      long took = toldNanos - beganNanos;
      return rows == 0 || took < least.toNanos()
          ? OptionalDouble.empty()
          : OptionalDouble.of(rows * 1e9 / Math.max(1, took));
    }
  }

  /** With the columns that are copied and nothing that refuses a row. */
  private static void create(Connection target, TableName scratch, TableTask table)
      throws SQLException {
    String columns =
        table.plan().columns().stream()
            .map(ColumnMapping::target)
            .map(SqlIdentifier::quote)
            .collect(Collectors.joining(", "));
    try (Statement statement = target.createStatement()) {
      statement.execute("SET LOCAL lock_timeout = " + LOCK_WAIT.toMillis());
      statement.execute(
          "CREATE TABLE %s AS SELECT %s FROM ONLY %s WITH NO DATA"
              .formatted(scratch.quoted(), columns, table.plan().target().quoted()));
    }
  }
}
