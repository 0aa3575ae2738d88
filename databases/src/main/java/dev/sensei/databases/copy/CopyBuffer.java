package dev.sensei.databases.copy;

import java.util.Arrays;

/** Bytes on their way from the reading to the writing thread, with the counts behind the last. */
final class CopyBuffer {
  private final int capacity;
  private byte[] array;
  private int length;
  private long rowsSoFar;
  private long bytesSoFar;

  CopyBuffer(int capacity) {
    this.capacity = capacity;
    this.array = new byte[capacity];
  }

  boolean hasRoomFor(int more) {
    return length + more <= array.length;
  }

  boolean isEmpty() {
    return length == 0;
  }

  /**
   * Makes room behind what is there, and grows where there is none. An empty one lets go of what it
   * had before it grows.
   *
   * @return where the room begins
   */
  int reserve(int more) {
    if (!hasRoomFor(more)) {
      array = isEmpty() ? new byte[more] : Arrays.copyOf(array, Math.addExact(length, more));
    }
    int from = length;
    length += more;
    return from;
  }

  void mark(long rows, long bytes) {
    rowsSoFar = rows;
    bytesSoFar = bytes;
  }

  /**
   * Empties it, and lets go of what it grew by for a wide row.
   *
   * @return how many bytes it had grown to; 0 where it had not
   */
  int clear() {
    length = 0;
    if (array.length <= capacity) {
      return 0;
    }
    int grown = array.length;
    array = new byte[capacity];
    return grown;
  }

  byte[] array() {
    return array;
  }

  int length() {
    return length;
  }

  long rowsSoFar() {
    return rowsSoFar;
  }

  long bytesSoFar() {
    return bytesSoFar;
  }
}
