package dev.sensei.databases.copy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tuples in memory, one behind the other, with where each ends, and where its row stands. */
final class TupleBatch {
  private static final int START = 64 << 10;
  private static final int MOST_KEPT = 64 << 20;

  private final List<RowLocator> locators = new ArrayList<>();
  private byte[] array = new byte[START];
  private int[] ends = new int[1024];
  private int length;

  void add(RowLocator locator, byte[] data, int from, int count) {
    int needed = Math.addExact(length, count);
    if (needed > array.length) {
      array = Arrays.copyOf(array, (int) Math.max(needed, Math.min(2L * array.length, 1 << 30)));
    }
    System.arraycopy(data, from, array, length, count);
    length = needed;
    if (locators.size() == ends.length) {
      ends = Arrays.copyOf(ends, ends.length * 2);
    }
    ends[locators.size()] = length;
    locators.add(locator);
  }

  int rows() {
    return locators.size();
  }

  /** How many bytes the tuples have. */
  int bytes() {
    return length;
  }

  byte[] array() {
    return array;
  }

  int start(int row) {
    return row == 0 ? 0 : ends[row - 1];
  }

  RowLocator locator(int row) {
    return locators.get(row);
  }

  /** Forgets the tuples; the room that a wide one took goes too. */
  void clear() {
    locators.clear();
    length = 0;
    if (array.length > MOST_KEPT) {
      array = new byte[START];
    }
  }
}
