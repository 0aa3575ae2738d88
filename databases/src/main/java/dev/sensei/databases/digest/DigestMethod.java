package dev.sensei.databases.digest;

/** How a row's text becomes two numbers of 64 bits. Both sides of a comparison use the same one. */
public enum DigestMethod {
  /**
   * The first 16 bytes of the SHA-256 of the row's text in UTF-8. The same on every server,
   * whatever its encoding and byte order.
   */
  SHA_256(
      "pg_catalog.sha256(pg_catalog.convert_to(%s, 'UTF8'))",
      "('x' || pg_catalog.encode(pg_catalog.substr(h, 1, 8), 'hex'))::bit(64)::bigint",
      "('x' || pg_catalog.encode(pg_catalog.substr(h, 9, 8), 'hex'))::bit(64)::bigint"),
  /**
   * PostgreSQL's own 64-bit hash, which places rows in hash partitions, with two seeds. About four
   * times as fast. Comparable only between servers of the same encoding and byte order, and no
   * defence against somebody who makes up rows to fit.
   */
  HASH_EXTENDED(
      "(%s) COLLATE \"C\"",
      "pg_catalog.hashtextextended(h, 0)", "pg_catalog.hashtextextended(h, 7046029254386353131)");

  private final String input;
  private final String lane1;
  private final String lane2;

  DigestMethod(String input, String lane1, String lane2) {
    this.input = input;
    this.lane1 = lane1;
    this.lane2 = lane2;
  }

  /** The expression to call {@code h}, over a text expression. */
  String input(String textSql) {
    return input.formatted(textSql);
  }

  /** The first number, over {@code h}. */
  String lane1() {
    return lane1;
  }

  /** The second number, over {@code h}. */
  String lane2() {
    return lane2;
  }
}
