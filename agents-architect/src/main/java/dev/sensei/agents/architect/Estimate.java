package dev.sensei.agents.architect;

import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableSize;
import java.util.List;

/**
 * How long the copy will take, in seconds, by a formula that anyone can check:
 *
 * <pre>
 *   heap bytes / 50 MiB/s + other bytes / 25 MiB/s + tables × 0.02 s
 * </pre>
 *
 * rounded up, at least 1. Heap bytes are the rows as they lie on the source's disk; the other bytes
 * are indexes and out-of-line values. The rates are those of one reader and one writer on two cores
 * with a local disk; a network between source and target makes it slower, more workers faster.
 */
final class Estimate {
  private static final double MEBIBYTE = 1024.0 * 1024.0;
  private static final double HEAP_BYTES_PER_SECOND = 50 * MEBIBYTE;
  private static final double OTHER_BYTES_PER_SECOND = 25 * MEBIBYTE;
  private static final double SECONDS_PER_TABLE = 0.02;

  private Estimate() {}

  static long seconds(List<Table> tables) {
    double seconds = tables.size() * SECONDS_PER_TABLE;
    for (Table table : tables) {
      TableSize size = table.size();
      seconds += size.heapBytes() / HEAP_BYTES_PER_SECOND;
      seconds += Math.max(0, size.totalBytes() - size.heapBytes()) / OTHER_BYTES_PER_SECOND;
    }
    return Math.max(1, (long) Math.ceil(seconds));
  }
}
