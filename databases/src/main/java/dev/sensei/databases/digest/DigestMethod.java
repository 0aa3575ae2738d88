package dev.sensei.databases.digest;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.random.RandomGenerator;

/** How a row's text becomes two numbers of 64 bits. Both sides of a comparison use the same one. */
public sealed interface DigestMethod {
  /**
   * The first 16 bytes of the SHA-256 of the row's text in UTF-8. The same on every server,
   * whatever its encoding and byte order.
   */
  DigestMethod SHA_256 = new Sha256();

  /** The expression to call {@code h}, over a text expression. */
  String input(String textSql);

  /** The first number, over {@code h}. */
  String lane1();

  /** The second number, over {@code h}. */
  String lane2();

  /**
   * PostgreSQL's own hash where both servers compute the same, with seeds that nobody could know
   * before; else {@link #SHA_256}.
   *
   * @param one a session of one side
   * @param other a session of the other
   */
  static DigestMethod fastest(Connection one, Connection other, RandomGenerator random) {
    return probe(one).equals(probe(other))
        ? new Seeded(random.nextLong(1, Long.MAX_VALUE), random.nextLong(1, Long.MAX_VALUE))
        : SHA_256;
  }

  /** What has to be the same for {@link Seeded}: the encoding of text, and the hash of one. */
  private static String probe(Connection connection) {
    return DatabaseErrors.call(
        "asking how text is hashed",
        () -> {
          try (Statement statement = connection.createStatement();
              ResultSet row =
                  statement.executeQuery(
                      "SELECT pg_catalog.current_setting('server_encoding') || ' ' ||"
                          + " pg_catalog.hashtextextended('sensei' COLLATE \"C\", 1)")) {
            row.next();
            return row.getString(1);
          }
        });
  }

  /** See {@link #SHA_256}. */
  record Sha256() implements DigestMethod {
    @Override
    public String input(String textSql) {
      return "pg_catalog.sha256(pg_catalog.convert_to(" + textSql + ", 'UTF8'))";
    }

    @Override
    public String lane1() {
      return lane(1);
    }

    @Override
    public String lane2() {
      return lane(9);
    }

    private static String lane(int from) {
      return "('x' || pg_catalog.encode(pg_catalog.substr(h, "
          + from
          + ", 8), 'hex'))::bit(64)::bigint";
    }
  }

  /**
   * PostgreSQL's own 64-bit hash, which places rows in hash partitions, once with each of two
   * seeds. Three to four times as fast as SHA-256. Comparable only between servers of the same
   * encoding and byte order. Whoever knows the seeds can make up rows to fit; so they are drawn
   * when the rows are there.
   *
   * @param seed1 the first number's, positive
   * @param seed2 the second number's, positive
   */
  record Seeded(long seed1, long seed2) implements DigestMethod {
    public Seeded {
      if (seed1 <= 0 || seed2 <= 0) {
        throw new IllegalArgumentException(
            "expected positive seeds, found %d and %d".formatted(seed1, seed2));
      }
    }

    @Override
    public String input(String textSql) {
      return "(" + textSql + ") COLLATE \"C\"";
    }

    @Override
    public String lane1() {
      return "pg_catalog.hashtextextended(h, " + seed1 + ")";
    }

    @Override
    public String lane2() {
      return "pg_catalog.hashtextextended(h, " + seed2 + ")";
    }
  }
}
