package dev.sensei.databases.copy;

/**
 * How large chunks should be.
 *
 * @param rowsPerChunk about how many rows a chunk holds; at least 1
 * @param leastBytes about how many bytes a chunk holds at least: where rows are narrow, it has more
 *     of them; at least 0
 * @param mostBytes about how many bytes, TOAST included, a chunk holds at most; at least 1
 * @param maxChunks how many chunks a table has at most; where it would have more, they are larger
 * @param ranges what chunks are ranges of
 */
public record ChunkPlanSettings(
    long rowsPerChunk, long leastBytes, long mostBytes, int maxChunks, Ranges ranges) {
  /** What chunks are ranges of, where a table can be cut so; a table that cannot is one chunk. */
  public enum Ranges {
    /** Of blocks where the server reads those ranges fast, else of a key. */
    AS_FITS,
    /** Of blocks. */
    BY_BLOCK,
    /** Of a key. */
    BY_KEY
  }

  /** 100,000 rows, between 64 MiB and 256 MiB, 100,000 chunks. */
  public static final ChunkPlanSettings DEFAULT =
      new ChunkPlanSettings(100_000, 64L << 20, 256L << 20, 100_000);

  public ChunkPlanSettings {
    if (rowsPerChunk < 1 || leastBytes < 0 || mostBytes < 1 || maxChunks < 1) {
      throw new IllegalArgumentException("chunk sizes and counts must be positive");
    }
  }

  /** Sizes for ranges as they fit. */
  public ChunkPlanSettings(long rowsPerChunk, long leastBytes, long mostBytes, int maxChunks) {
    this(rowsPerChunk, leastBytes, mostBytes, maxChunks, Ranges.AS_FITS);
  }

  /** The same sizes for other ranges. */
  public ChunkPlanSettings with(Ranges others) {
    return new ChunkPlanSettings(rowsPerChunk, leastBytes, mostBytes, maxChunks, others);
  }

  /** The same with chunks of about so many bytes, however many rows these are. */
  public ChunkPlanSettings withBytes(long bytes) {
    return new ChunkPlanSettings(rowsPerChunk, bytes, bytes, maxChunks, ranges);
  }
}
