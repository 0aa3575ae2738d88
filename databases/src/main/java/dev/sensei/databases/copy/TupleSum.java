package dev.sensei.databases.copy;

import com.dynatrace.hash4j.hashing.HashValue128;

/** What the tuples of a stream add up to so far. */
final class TupleSum {
  private long rows;
  private long bytes;
  private long high;
  private long low;

  void add(HashValue128 hash, long length) {
    long sum = low + hash.getLeastSignificantBits();
    high += hash.getMostSignificantBits() + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
    low = sum;
    rows++;
    bytes += length;
  }

  long rows() {
    return rows;
  }

  long bytes() {
    return bytes;
  }

  ChunkResult result() {
    return new ChunkResult(rows, bytes, new TransportDigest(high, low));
  }
}
