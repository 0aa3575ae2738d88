package dev.sensei.databases.copy;

/**
 * What was sent to the target.
 *
 * @param rows sent
 * @param bytes of these rows in the copy's form, without its header and trailer
 * @param digest the sum of the rows' hashes
 */
public record ChunkResult(long rows, long bytes, TransportDigest digest) {
  /** Nothing sent. */
  public static final ChunkResult EMPTY = new ChunkResult(0, 0, TransportDigest.ZERO);

  /** Both together. */
  public ChunkResult plus(ChunkResult other) {
    return new ChunkResult(rows + other.rows, bytes + other.bytes, digest.plus(other.digest));
  }
}
