package dev.sensei.databases.digest;

import dev.sensei.databases.errors.DatabaseErrors;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Narrows a difference between two tables down to rows.
 *
 * <p>Both sides put their rows into buckets by the leading bits of the SHA-256 of the key's text
 * and digest each bucket. Buckets that differ are split by the next bits, until few enough rows are
 * left to fetch their hashes and compare them one by one. Each round reads each table once; 2^10
 * buckets a round leave a thousand rows of a thousand million after two rounds. A table without a
 * key is searched as a multiset of row texts. Only hashes leave the servers.
 */
public final class DifferenceFinder {
  /** Bits of the first eight bytes of the hash, as a positive number. */
  private static final int USABLE_BITS = 60;

  private final DifferenceSettings settings;
  private final SecretKeySpec hmacKey;

  /**
   * A finder with its own secret.
   *
   * @param hmacKey what keys are hashed with for the report; the caller's secret, not empty
   */
  public DifferenceFinder(DifferenceSettings settings, byte[] hmacKey) {
    this.settings = settings;
    this.hmacKey = new SecretKeySpec(hmacKey, "HmacSHA256");
  }

  /** A place in the tree of buckets: the leading {@code bits} of the hash are {@code value}. */
  private record Bucket(int bits, long value) {}

  private record Side(Connection connection, DifferenceSubject subject) {}

  /** How often each row text occurs under one key. */
  private record Found(Map<String, Map<String, Long>> rowsByKey) {}

  /**
   * Searches.
   *
   * @param source a pinned session of the source on its snapshot, its expressions giving the same
   *     text as the target's
   * @param target a pinned session of the target
   */
  public Differences find(
      Connection source,
      DifferenceSubject sourceSubject,
      Connection target,
      DifferenceSubject targetSubject) {
    Side left = new Side(source, sourceSubject);
    Side right = new Side(target, targetSubject);
    List<Bucket> open = List.of(new Bucket(0, 0));
    boolean complete = true;
    while (true) {
      int bits = open.getFirst().bits();
      int deeper = Math.min(USABLE_BITS, bits + settings.bucketBits());
      Map<Long, ContentDigest> ours = digests(left, open, deeper);
      Map<Long, ContentDigest> theirs = digests(right, open, deeper);
      List<Bucket> differing = new ArrayList<>();
      Set<Long> values = new TreeSet<>(ours.keySet());
      values.addAll(theirs.keySet());
      for (long value : values) {
        ContentDigest a = ours.getOrDefault(value, ContentDigest.EMPTY);
        ContentDigest b = theirs.getOrDefault(value, ContentDigest.EMPTY);
        if (!a.equals(b)) {
          differing.add(new Bucket(deeper, value));
        }
      }
      if (differing.isEmpty()) {
        return new Differences(List.of(), complete);
      }
      if (differing.size() > settings.openBuckets()) {
        differing = differing.subList(0, settings.openBuckets());
        complete = false;
      }
      long rows = Math.max(count(differing, ours), count(differing, theirs));
      if (rows <= settings.fetchRows() || deeper == USABLE_BITS) {
        return compare(left, right, differing, complete);
      }
      open = differing;
    }
  }

  private static long count(List<Bucket> buckets, Map<Long, ContentDigest> digests) {
    return buckets.stream()
        .mapToLong(bucket -> digests.getOrDefault(bucket.value(), ContentDigest.EMPTY).rows())
        .sum();
  }

  private static Map<Long, ContentDigest> digests(Side side, List<Bucket> within, int bits) {
    String sql =
        "SELECT bucket, pg_catalog.count(*), pg_catalog.sum("
            + DigestMethod.SHA_256.lane1()
            + "), pg_catalog.sum("
            + DigestMethod.SHA_256.lane2()
            + ") FROM (SELECT "
            + prefix("k", bits)
            + " AS bucket, h FROM "
            + hashed(side.subject())
            + filter(within)
            + ") AS bucketed GROUP BY bucket";
    return query(
        side,
        sql,
        row -> {
          Map<Long, ContentDigest> digests = new TreeMap<>();
          while (row.next()) {
            digests.put(row.getLong(1), CanonicalDigest.read(row, 2));
          }
          return digests;
        });
  }

  private Differences compare(Side left, Side right, List<Bucket> buckets, boolean complete) {
    Found ours = fetch(left, buckets);
    Found theirs = fetch(right, buckets);
    List<RowDifference> found = new ArrayList<>();
    Set<String> keys = new TreeSet<>(ours.rowsByKey().keySet());
    keys.addAll(theirs.rowsByKey().keySet());
    boolean all = complete;
    for (String key : keys) {
      Map<String, Long> a = ours.rowsByKey().getOrDefault(key, Map.of());
      Map<String, Long> b = theirs.rowsByKey().getOrDefault(key, Map.of());
      if (a.equals(b)) {
        continue;
      }
      long onlyHere = surplus(a, b);
      long onlyThere = surplus(b, a);
      long changed = Math.min(onlyHere, onlyThere);
      String hmac = hmac(key);
      all &= add(found, DifferenceKind.CHANGED, changed, hmac);
      all &= add(found, DifferenceKind.MISSING, onlyHere - changed, hmac);
      all &= add(found, DifferenceKind.UNEXPECTED, onlyThere - changed, hmac);
    }
    return new Differences(found, all);
  }

  /** How many rows, counted as a multiset, are in one and not in the other. */
  private static long surplus(Map<String, Long> in, Map<String, Long> notIn) {
    return in.entrySet().stream()
        .mapToLong(row -> Math.max(0, row.getValue() - notIn.getOrDefault(row.getKey(), 0L)))
        .sum();
  }

  private boolean add(List<RowDifference> to, DifferenceKind kind, long times, String hmac) {
    for (long i = 0; i < times; i++) {
      if (to.size() >= settings.maxRows()) {
        return false;
      }
      to.add(new RowDifference(kind, hmac));
    }
    return true;
  }

  private static Found fetch(Side side, List<Bucket> buckets) {
    String sql =
        "SELECT pg_catalog.encode(k, 'hex'), pg_catalog.encode(h, 'hex'), pg_catalog.count(*) FROM "
            + hashed(side.subject())
            + filter(buckets)
            + " GROUP BY k, h";
    return query(
        side,
        sql,
        row -> {
          Map<String, Map<String, Long>> rows = new HashMap<>();
          while (row.next()) {
            rows.computeIfAbsent(row.getString(1), key -> new HashMap<>())
                .put(row.getString(2), row.getLong(3));
          }
          return new Found(rows);
        });
  }

  private static String hashed(DifferenceSubject subject) {
    return "(SELECT "
        + DigestMethod.SHA_256.input(subject.keyText())
        + " AS k, "
        + DigestMethod.SHA_256.input(DigestSubject.rowText(subject.content().columnsSql()))
        + " AS h FROM "
        + subject.content().fromClause()
        + ") AS hashed";
  }

  /** The leading bits of a hash as a bigint. */
  private static String prefix(String hash, int bits) {
    return "(('x' || pg_catalog.encode(pg_catalog.substr("
        + hash
        + ", 1, 8), 'hex'))::bit(64) >> "
        + (64 - bits)
        + ")::bigint";
  }

  private static String filter(List<Bucket> buckets) {
    int bits = buckets.getFirst().bits();
    if (bits == 0) {
      return "";
    }
    return " WHERE "
        + prefix("k", bits)
        + " IN ("
        + buckets.stream()
            .map(bucket -> Long.toString(bucket.value()))
            .collect(Collectors.joining(", "))
        + ")";
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read(ResultSet row) throws SQLException;
  }

  private static <T> T query(Side side, String sql, Reading<T> reading) {
    return DatabaseErrors.call(
        "searching " + side.subject().content().table() + " for differences",
        () -> {
          try (Statement statement = side.connection().createStatement();
              ResultSet row = statement.executeQuery(sql)) {
            return reading.read(row);
          }
        });
  }

  private String hmac(String keyHashHex) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(hmacKey);
      return HexFormat.of().formatHex(mac.doFinal(HexFormat.of().parseHex(keyHashHex)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }
}
