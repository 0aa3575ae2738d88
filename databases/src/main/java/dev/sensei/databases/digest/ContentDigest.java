package dev.sensei.databases.digest;

import java.math.BigInteger;

/**
 * What a range of rows adds up to. Independent of their order; digests of ranges add up to that of
 * the table.
 *
 * @param rows how many
 * @param lane1 exact sum of the rows' first numbers
 * @param lane2 exact sum of the rows' second numbers
 */
public record ContentDigest(long rows, BigInteger lane1, BigInteger lane2) {
  /** No rows. */
  public static final ContentDigest EMPTY = new ContentDigest(0, BigInteger.ZERO, BigInteger.ZERO);

  /** The digest of both sets of rows together. */
  public ContentDigest plus(ContentDigest other) {
    return new ContentDigest(rows + other.rows, lane1.add(other.lane1), lane2.add(other.lane2));
  }

  /** {@code rows:lane1:lane2} in decimal, as the SQL gives them. */
  public String text() {
    return rows + ":" + lane1 + ":" + lane2;
  }

  /**
   * Reads what {@link #text()} wrote.
   *
   * @throws IllegalArgumentException where it is not three numbers
   */
  public static ContentDigest parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("expected rows:lane1:lane2, found " + text);
    }
    return new ContentDigest(
        Long.parseLong(parts[0]), new BigInteger(parts[1]), new BigInteger(parts[2]));
  }
}
