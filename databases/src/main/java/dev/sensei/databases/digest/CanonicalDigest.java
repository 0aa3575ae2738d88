package dev.sensei.databases.digest;

import dev.sensei.databases.errors.DatabaseErrors;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A digest of a table's content that the server computes, and that anyone can compute again with
 * {@link CanonicalSession#PINS} and the query of {@link #sqlFor}.
 *
 * <p>Every row becomes its text, {@code ROW(column, …)::text}: NULL and the empty string differ in
 * it, and a quote or comma in a value cannot be taken for the row's own. The text is hashed to two
 * numbers of 64 bits, and these are added up exactly over all rows: sums of ranges add up, and two
 * equal rows do not cancel each other out. All functions are parallel-safe, so the server may use
 * its parallel workers, and no value leaves it.
 *
 * <p>A row whose text is over 1 GB cannot be digested: the server fails with class RESOURCE. Hash
 * such a column in the column's expression.
 */
public final class CanonicalDigest {
  private final DigestMethod method;

  public CanonicalDigest(DigestMethod method) {
    this.method = method;
  }

  /** How rows become numbers. */
  public DigestMethod method() {
    return method;
  }

  /**
   * The query, as certificate and documentation quote it: one row of {@code rows}, {@code lane1},
   * {@code lane2}.
   */
  public String sqlFor(DigestSubject subject) {
    // A volatile column keeps the planner from computing h once for each lane, which would take
    // two thirds more time. OFFSET 0 would do that too, and stop parallel plans.
    return "SELECT pg_catalog.count(*) AS rows, coalesce(pg_catalog.sum("
        + method.lane1()
        + "), 0) AS lane1, coalesce(pg_catalog.sum("
        + method.lane2()
        + "), 0) AS lane2 FROM (SELECT "
        + method.input(DigestSubject.rowText(subject.columnsSql()))
        + " AS h, pg_catalog.clock_timestamp() FROM "
        + subject.fromClause()
        + ") AS hashed";
  }

  /**
   * Runs the query.
   *
   * @param connection a session that was pinned, on the snapshot where it is the source's
   */
  public ContentDigest compute(Connection connection, DigestSubject subject) {
    return DatabaseErrors.call(
        "digesting " + subject.table(),
        () -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(sqlFor(subject))) {
            row.next();
            return read(row, 1);
          }
        });
  }

  /**
   * Digests several small tables with one query.
   *
   * @param connection a session that was pinned, on the snapshot where it is the source's
   * @return the digests in the order of the subjects
   */
  public List<ContentDigest> computeAll(Connection connection, List<DigestSubject> subjects) {
    if (subjects.isEmpty()) {
      return List.of();
    }
    String sql =
        IntStream.range(0, subjects.size())
            .mapToObj(
                at ->
                    "SELECT %d AS subject, digest.* FROM (%s) AS digest"
                        .formatted(at, sqlFor(subjects.get(at))))
            .collect(Collectors.joining(" UNION ALL "));
    return DatabaseErrors.call(
        "digesting %d tables".formatted(subjects.size()),
        () -> {
          ContentDigest[] digests = new ContentDigest[subjects.size()];
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
              digests[row.getInt(1)] = read(row, 2);
            }
          }
          return List.of(digests);
        });
  }

  static ContentDigest read(ResultSet row, int column) throws SQLException {
    BigDecimal lane1 = row.getBigDecimal(column + 1);
    BigDecimal lane2 = row.getBigDecimal(column + 2);
    return new ContentDigest(
        row.getLong(column), lane1.toBigIntegerExact(), lane2.toBigIntegerExact());
  }
}
