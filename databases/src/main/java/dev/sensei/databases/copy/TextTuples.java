package dev.sensei.databases.copy;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;

/**
 * Finds the tuples in COPY's text format. A tuple is a line with its line feed: within values a
 * line feed is written as a backslash and an n, and in UTF-8 the byte is part of no other
 * character. A table without columns has empty lines.
 */
final class TextTuples implements TupleParser {
  private static final Hasher128 HASHER = Hashing.xxh3_128();
  private static final byte LINE_FEED = '\n';

  private final TupleSink sink;
  private final TupleSum sum = new TupleSum();
  private final HashStream128 spanning = HASHER.hashStream();
  private long spanningBytes;

  TextTuples(TupleSink sink) {
    this.sink = sink;
  }

  @Override
  public TupleSum sum() {
    return sum;
  }

  @Override
  public void accept(byte[] data, int from, int length) {
    int end = from + length;
    int start = from;
    for (int position = from; position < end; position++) {
      if (data[position] == LINE_FEED) {
        line(data, start, position + 1 - start);
        start = position + 1;
      }
    }
    if (start < end) {
      part(data, start, end - start);
    }
  }

  @Override
  public void end() {
    if (spanningBytes > 0) {
      throw new MalformedCopyStream(
          "it ended after " + sum.rows() + " rows in the middle of a line");
    }
  }

  private void line(byte[] data, int from, int length) {
    if (spanningBytes == 0) {
      sink.part(data, from, length);
      sum.add(HASHER.hashBytesTo128Bits(data, from, length), length);
    } else {
      part(data, from, length);
      sum.add(spanning.get(), spanningBytes);
      spanning.reset();
      spanningBytes = 0;
    }
    sink.end();
  }

  private void part(byte[] data, int from, int length) {
    spanning.putBytes(data, from, length);
    spanningBytes += length;
    sink.part(data, from, length);
  }
}
