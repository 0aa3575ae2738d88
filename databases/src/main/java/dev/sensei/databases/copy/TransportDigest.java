package dev.sensei.databases.copy;

/**
 * A digest of rows as they were sent: the xxh3-128 of every row's bytes in the form of the copy,
 * added up modulo 2^128.
 *
 * <p>A sum does not depend on the order of rows, and digests of chunks add up to that of the table.
 * Unlike XOR, two equal rows do not cancel each other out. It guards the way from reader to writer;
 * whether two databases hold the same is asked with a {@code CanonicalDigest}, and the two are
 * never compared.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record TransportDigest(long high, long low) {
  /** The digest of no row. */
  public static final TransportDigest ZERO = new TransportDigest(0, 0);

  /** The digest of both sets of rows together. */
  public TransportDigest plus(TransportDigest other) {
    long sum = low + other.low;
    long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
    return new TransportDigest(high + other.high + carry, sum);
  }

  /** 32 hexadecimal digits. */
  public String hex() {
    return String.format("%016x%016x", high, low);
  }

  /**
   * Reads what {@link #hex()} wrote.
   *
   * @throws IllegalArgumentException where the text is not 32 hexadecimal digits
   */
  public static TransportDigest parse(String hex) {
    if (hex.length() != 32) {
      throw new IllegalArgumentException("expected 32 hexadecimal digits, found " + hex.length());
    }
    return new TransportDigest(
        Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16));
  }

  @Override
  public String toString() {
    return hex();
  }
}
