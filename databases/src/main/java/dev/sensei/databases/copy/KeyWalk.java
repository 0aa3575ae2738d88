package dev.sensei.databases.copy;

import dev.sensei.databases.TableName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Goes along a table's key and says at which points it is cut. The server goes through the index
 * once, and sends one key for each chunk.
 *
 * <p>Only one row in so many is looked at, so the points hold whatever the table's size was thought
 * to be.
 */
final class KeyWalk implements AutoCloseable {
  /**
   * Whatever the statistics say: sorting would read all of the table for each of its chunks. What
   * is sorted is the index's order, so an index serves.
   */
  private static final String BY_INDEX =
      "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
          + " SET LOCAL enable_sort = off";

  private final Connection source;
  private final TableName table;
  private final KeyOrder order;
  private final boolean alone;
  private final Savepoint before;

  private KeyWalk(
      Connection source, TableName table, KeyOrder order, boolean alone, Savepoint before) {
    this.source = source;
    this.table = table;
    this.order = order;
    this.alone = alone;
    this.before = before;
  }

  /**
   * Begins a walk in the transaction that the session is in, or in one of its own.
   *
   * @param source settings as {@code CanonicalSession} pins them
   */
  static KeyWalk begin(Connection source, TableName table, KeyOrder order) throws SQLException {
    boolean alone = source.getAutoCommit();
    if (alone) {
      source.setAutoCommit(false);
    }
    KeyWalk walk = new KeyWalk(source, table, order, alone, source.setSavepoint());
    try (Statement statement = source.createStatement()) {
      statement.execute(BY_INDEX);
    }
    return walk;
  }

  /**
   * The points, in the key's order, none twice.
   *
   * @param rowsPerChunk how many rows lie between two of them, at least 1; twice as many, or four
   *     times, and so on, where there would be too many points
   * @param maxChunks how many chunks the points make at most; at least 1
   */
  List<KeyPoint> points(long rowsPerChunk, int maxChunks) throws SQLException {
    List<KeyPoint> points = new ArrayList<>();
    long rows = rowsPerChunk;
    if (maxChunks == 1) {
      return points;
    }
    Optional<KeyPoint> next = next(Optional.empty(), rows);
    while (next.isPresent()) {
      if (points.size() < maxChunks - 1) {
        points.add(next.get());
      } else {
        points = everySecond(points);
        rows = Math.multiplyExact(rows, 2);
      }
      next = next(points.isEmpty() ? Optional.empty() : Optional.of(points.getLast()), rows);
    }
    return points;
  }

  /** Puts the session's settings back. */
  @Override
  public void close() throws SQLException {
    source.rollback(before);
    if (alone) {
      source.rollback();
      source.setAutoCommit(true);
    }
  }

  /** Where so many rows behind a point are; nothing where no row lies behind those. */
  private Optional<KeyPoint> next(Optional<KeyPoint> after, long rows) throws SQLException {
    try (Statement statement = source.createStatement()) {
      statement.setEscapeProcessing(false);
      try (ResultSet row = statement.executeQuery(sql(table, order, after, rows))) {
        if (!row.next()) {
          return Optional.empty();
        }
        List<String> values = new ArrayList<>();
        for (int column = 1; column <= order.key().columns().size(); column++) {
          values.add(row.getString(column));
        }
        return row.next() ? Optional.of(new KeyPoint(values)) : Optional.empty();
      }
    }
  }

  /**
   * A value's text comes from its type's output function, by way of {@code format}: a cast to text
   * may be somebody's own function, and cuts blanks off a {@code bpchar}.
   */
  static String sql(TableName table, KeyOrder order, Optional<KeyPoint> after, long rows) {
    List<String> columns = order.key().expressions();
    List<String> inner = new ArrayList<>();
    List<String> outer = new ArrayList<>();
    for (int at = 0; at < columns.size(); at++) {
      inner.add(columns.get(at) + " AS c" + at);
      outer.add("pg_catalog.format('%s', k.c" + at + ")");
    }
    return "SELECT "
        + String.join(", ", outer)
        + " FROM (SELECT "
        + String.join(", ", inner)
        + " FROM ONLY "
        + table.quoted()
        + after.map(point -> " WHERE " + order.key().behind(point)).orElse("")
        + " ORDER BY "
        + order.orderBy()
        + " OFFSET "
        + (rows - 1)
        + " LIMIT 2) AS k";
  }

  private static List<KeyPoint> everySecond(List<KeyPoint> points) {
    return new ArrayList<>(
        IntStream.range(0, points.size()).filter(at -> at % 2 == 1).mapToObj(points::get).toList());
  }
}
