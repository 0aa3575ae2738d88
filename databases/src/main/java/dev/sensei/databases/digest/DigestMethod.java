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
   * PostgreSQL's own hash where both servers compute the same, with new salts; else {@link
   * #SHA_256}.
   *
   * @param one a session of one side
   * @param other a session of the other
   */
  static DigestMethod fastest(Connection one, Connection other, RandomGenerator random) {
    return probe(one).equals(probe(other)) ? Salted.drawn(random) : SHA_256;
  }

  /** What has to be the same for {@link Salted}: the encoding of text, and the hash of one. */
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
   * PostgreSQL's own 64-bit hash, which places rows in hash partitions, over the text behind one
   * salt, and behind another. Three times as fast as SHA-256. Comparable only between servers of
   * the same encoding and byte order. It finds what happens to rows by accident, and is no defence
   * against somebody who makes up rows to fit.
   *
   * <p>The hash takes in twelve bytes at a time. Salts of lengths that differ by no multiple of
   * twelve put a text into other places of these blocks, so that two texts that were searched for
   * since they collide behind one salt do not therefore collide behind the other.
   *
   * @param salt1 of the first number, letters and digits
   * @param salt2 of the second number
   */
  record Salted(String salt1, String salt2) implements DigestMethod {
    private static final int BLOCK = 12;
    private static final String CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

    public Salted {
      String form = "[a-z0-9]{%d,%d}".formatted(BLOCK, 2 * BLOCK - 1);
      if (!salt1.matches(form)
          || !salt2.matches(form)
          || salt1.length() % BLOCK == salt2.length() % BLOCK) {
        throw new IllegalArgumentException(
            "expected salts of different lengths, as in %s, found %s and %s"
                .formatted(form, salt1, salt2));
      }
    }

    /** Salts that nobody has seen before. */
    static Salted drawn(RandomGenerator random) {
      int first = random.nextInt(BLOCK);
      int second = (first + 1 + random.nextInt(BLOCK - 1)) % BLOCK;
      return new Salted(salt(random, BLOCK + first), salt(random, BLOCK + second));
    }

    private static String salt(RandomGenerator random, int length) {
      StringBuilder salt = new StringBuilder();
      for (int i = 0; i < length; i++) {
        salt.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
      }
      return salt.toString();
    }

    @Override
    public String input(String textSql) {
      return "(" + textSql + ") COLLATE \"C\"";
    }

    @Override
    public String lane1() {
      return lane(salt1);
    }

    @Override
    public String lane2() {
      return lane(salt2);
    }

    private static String lane(String salt) {
      return "pg_catalog.hashtextextended('" + salt + "' || h, 0)";
    }
  }
}
