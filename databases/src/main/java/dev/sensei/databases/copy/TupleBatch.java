package dev.sensei.databases.copy;

import java.util.Arrays;

/** Whole tuples in memory, one behind the other, and where each ends. */
final class TupleBatch implements TupleParser.TupleSink {
  private static final int START = 64 << 10;
  private static final int MOST_KEPT = 64 << 20;

  private byte[] bytes = new byte[START];
  private int[] ends = new int[1024];
  private int length;
  private int rows;

  @Override
  public void part(byte[] data, int from, int count) {
    int needed = Math.addExact(length, count);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(2L * bytes.length, 1 << 30)));
    }
    System.arraycopy(data, from, bytes, length, count);
    length = needed;
  }

  @Override
  public void end() {
    if (rows == ends.length) {
      ends = Arrays.copyOf(ends, rows * 2);
    }
    ends[rows++] = length;
  }

  int rows() {
    return rows;
  }

  /** Bytes of whole tuples. */
  int completeBytes() {
    return rows == 0 ? 0 : ends[rows - 1];
  }

  byte[] bytes() {
    return bytes;
  }

  int start(int row) {
    return row == 0 ? 0 : ends[row - 1];
  }

  byte[] tuple(int row) {
    return Arrays.copyOfRange(bytes, start(row), ends[row]);
  }

  /**
   * Forgets the whole tuples and keeps what has come of the next. Where that is nothing, the room
   * that a wide tuple took goes too.
   */
  void clear() {
    int complete = completeBytes();
    System.arraycopy(bytes, complete, bytes, 0, length - complete);
    length -= complete;
    rows = 0;
    if (length == 0 && bytes.length > MOST_KEPT) {
      bytes = new byte[START];
    }
  }
}
