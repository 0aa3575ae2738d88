package dev.sensei.databases.copy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes off each tuple what was read before its columns: where the row stands, and its masks. What
 * is left is a tuple of the columns alone, in place.
 */
final class LeadingFields implements TupleParser.TupleSink {
  /** The expression that says where a row stands. */
  static final String LOCATOR_SQL = "ctid";

  private static final int COUNT_BYTES = 2;
  private static final int LOCATOR_BYTES = 6;
  private static final byte TAB = '\t';

  private final CopyFormat format;
  private final int masks;
  private final Output output;

  /** The tuple at hand: in the parser's array, or where it came in parts in one of ours. */
  private byte[] tuple = new byte[0];

  private int from;
  private int length;
  private boolean ours;

  /**
   * Takes leading fields off.
   *
   * @param masks how many masks there are behind the locator
   */
  LeadingFields(CopyFormat format, int masks, Output output) {
    this.format = format;
    this.masks = masks;
    this.output = output;
  }

  /** Receives tuples without their leading fields. */
  @FunctionalInterface
  interface Output {
    /** A tuple, whose bytes are valid during the call. */
    void take(RowLocator locator, long[] masks, byte[] data, int from, int length);
  }

  @Override
  public void part(byte[] data, int at, int count) {
    if (length == 0) {
      tuple = data;
      from = at;
      length = count;
      ours = false;
      return;
    }
    int needed = Math.addExact(length, count);
    if (!ours || tuple.length < needed) {
      tuple = Arrays.copyOf(Arrays.copyOfRange(tuple, from, from + length), 2 * needed);
      from = 0;
      ours = true;
    }
    System.arraycopy(data, at, tuple, from + length, count);
    length = needed;
  }

  @Override
  public void end() {
    switch (format) {
      case BINARY -> binary();
      case TEXT -> text();
    }
    length = 0;
    if (ours) {
      tuple = new byte[0];
    }
  }

  private void binary() {
    ByteBuffer fields = ByteBuffer.wrap(tuple, from, length);
    int count = fields.getShort() - 1 - masks;
    expect(fields.getInt(), LOCATOR_BYTES);
    RowLocator locator =
        new RowLocator(
            Integer.toUnsignedLong(fields.getInt()), Short.toUnsignedInt(fields.getShort()));
    long[] found = new long[masks];
    for (int mask = 0; mask < masks; mask++) {
      expect(fields.getInt(), Long.BYTES);
      found[mask] = fields.getLong();
    }
    int start = fields.position() - COUNT_BYTES;
    fields.putShort(start, (short) count);
    output.take(locator, found, tuple, start, from + length - start);
  }

  private static void expect(int found, int bytes) {
    if (found != bytes) {
      throw new MalformedCopyStream(
          "expected a leading field of %d bytes, found %d".formatted(bytes, found));
    }
  }

  private void text() {
    int end = from + length;
    int at = from;
    String[] fields = new String[1 + masks];
    for (int field = 0; field < fields.length; field++) {
      int start = at;
      while (at < end - 1 && tuple[at] != TAB) {
        at++;
      }
      fields[field] = new String(tuple, start, at - start, StandardCharsets.US_ASCII);
      // Behind the last one of a table without columns the line ends.
      if (tuple[at] == TAB) {
        at++;
      }
    }
    long[] found = new long[masks];
    for (int mask = 0; mask < masks; mask++) {
      found[mask] = Long.parseLong(fields[mask + 1]);
    }
    output.take(RowLocator.parse(fields[0]), found, tuple, at, end - at);
  }
}
