package dev.sensei.databases.copy;

import dev.sensei.databases.TableName;
import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a table into ranges of blocks, or of a key. The first chunk is open below and the last one
 * above, and estimates decide only how large chunks are: whatever the snapshot sees lies in one
 * chunk. A partition is a table of its own; a partitioned table itself holds no rows.
 *
 * <p>Blocks cost nothing to plan, and are read in the order of the file. A key is for tables that
 * blocks are not for: those of a server before 14, which reads a range of ctid by reading the whole
 * table, and those of an access method other than heap, whose ctid means nothing. Planning goes
 * through the key's index once.
 *
 * <p>One chunk for all: such tables where no key serves, and foreign tables and views.
 */
public final class ChunkPlanner {
  private static final int RANGES_BY_CTID = 140000;
  private static final int SAMPLES = 4;
  private static final long SAMPLE_BLOCKS = 16;
  private static final Pattern PLAN_ROWS = Pattern.compile("\"Plan Rows\": (\\d{1,18})");

  private ChunkPlanner() {}

  private record Facts(
      boolean heap,
      int version,
      long blocks,
      long blockSize,
      long bytes,
      double rows,
      long pages) {}

  /**
   * Plans the chunks of one table.
   *
   * @param source a session on the snapshot that the chunks will be read under, its settings as
   *     {@code CanonicalSession} pins them: the bounds of key ranges are in their text
   */
  public static ChunkPlan plan(Connection source, TableName table, ChunkPlanSettings settings) {
    return DatabaseErrors.call(
        "planning the chunks of " + table,
        () -> {
          Facts facts = facts(source, table);
          if (facts.blocks() <= 1) {
            return whole(table, facts);
          }
          return switch (ranges(facts.heap(), facts.version(), settings.ranges())) {
            case BLOCKS -> byBlock(source, table, facts, settings);
            case KEY -> byKey(source, table, facts, settings);
            case NONE -> whole(table, facts);
          };
        });
  }

  /** What a table is cut by. */
  enum CutBy {
    BLOCKS,
    KEY,
    NONE
  }

  /** What a table of this server is cut by, if it has a key. */
  static CutBy ranges(boolean heap, int version, ChunkPlanSettings.Ranges wanted) {
    boolean byBlock = heap && version >= RANGES_BY_CTID;
    return switch (wanted) {
      case AS_FITS -> byBlock ? CutBy.BLOCKS : CutBy.KEY;
      case BY_BLOCK -> byBlock ? CutBy.BLOCKS : CutBy.NONE;
      case BY_KEY -> CutBy.KEY;
    };
  }

  private static ChunkPlan whole(TableName table, Facts facts) {
    long rows = Math.max(0, (long) facts.rows());
    return new ChunkPlan(table, List.of(ChunkBounds.WHOLE_TABLE), rows, facts.bytes());
  }

  private static ChunkPlan byBlock(
      Connection source, TableName table, Facts facts, ChunkPlanSettings settings)
      throws SQLException {
    double rowsPerBlock = rowsPerBlock(source, table, facts);
    return new ChunkPlan(
        table,
        cut(facts.blocks(), rowsPerBlock, (double) facts.bytes() / facts.blocks(), settings),
        Math.round(rowsPerBlock * facts.blocks()),
        facts.bytes());
  }

  private static ChunkPlan byKey(
      Connection source, TableName table, Facts facts, ChunkPlanSettings settings)
      throws SQLException {
    Optional<KeyOrder> order = KeyOrder.find(source, table, facts.version());
    if (order.isEmpty()) {
      return whole(table, facts);
    }
    long rows = Math.max(1, plannedRows(source, table));
    double wanted = step(rows, 1, (double) facts.bytes() / rows, settings);
    try (KeyWalk walk = KeyWalk.begin(source, table, order.get())) {
      List<KeyPoint> points = walk.points(Math.max(1, Math.round(wanted)), settings.maxChunks());
      return new ChunkPlan(table, KeyRange.between(order.get().key(), points), rows, facts.bytes());
    }
  }

  /** Ranges over so many blocks; the last one is open. */
  static List<ChunkBounds> cut(
      long blocks, double rowsPerBlock, double bytesPerBlock, ChunkPlanSettings settings) {
    double wanted = step(blocks, rowsPerBlock, bytesPerBlock, settings);
    long step = Math.clamp(Math.round(wanted), 1L, Math.max(1L, blocks));
    List<ChunkBounds> chunks = new ArrayList<>();
    long from = 0;
    while (blocks - from > step) {
      chunks.add(ChunkBounds.between(from, from + step));
      from += step;
    }
    chunks.add(ChunkBounds.from(from));
    return chunks;
  }

  /** How many of a table's units, which are blocks or rows, make a chunk. */
  private static double step(
      long units, double rowsPerUnit, double bytesPerUnit, ChunkPlanSettings settings) {
    double byRows = settings.rowsPerChunk() / Math.max(rowsPerUnit, 1e-9);
    double atLeast = settings.leastBytes() / Math.max(bytesPerUnit, 1.0);
    double atMost = settings.mostBytes() / Math.max(bytesPerUnit, 1.0);
    double byCount = Math.ceil((double) units / settings.maxChunks());
    return Math.max(Math.min(Math.max(byRows, atLeast), atMost), byCount);
  }

  /**
   * How many rows the server expects of the table: from its size and its statistics, else from the
   * width of its columns, and whatever its access method.
   */
  private static long plannedRows(Connection source, TableName table) throws SQLException {
    try (Statement statement = source.createStatement();
        ResultSet row =
            statement.executeQuery("EXPLAIN (FORMAT JSON) SELECT FROM ONLY " + table.quoted())) {
      row.next();
      Matcher found = PLAN_ROWS.matcher(row.getString(1));
      return found.find() ? Long.parseLong(found.group(1)) : 0;
    }
  }

  private static Facts facts(Connection source, TableName table) throws SQLException {
    try (PreparedStatement statement =
        source.prepareStatement(
            "SELECT c.relkind IN ('r', 'm') AND coalesce(a.amname = 'heap', false),"
                + " pg_catalog.current_setting('server_version_num')::int,"
                + " CASE WHEN c.relkind IN ('r', 'm')"
                + "   THEN pg_catalog.pg_relation_size(c.oid, 'main') ELSE 0 END,"
                + " pg_catalog.current_setting('block_size')::bigint,"
                + " CASE WHEN c.relkind IN ('r', 'm')"
                + "   THEN pg_catalog.pg_table_size(c.oid) ELSE 0 END,"
                + " c.reltuples::double precision, c.relpages::bigint"
                + " FROM pg_catalog.pg_class c"
                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                + " LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam"
                + " WHERE n.nspname = ? AND c.relname = ?")) {
      statement.setString(1, table.schema());
      statement.setString(2, table.name());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new SQLException("no such table", "42P01");
        }
        long blockSize = row.getLong(4);
        long blocks = (row.getLong(3) + blockSize - 1) / blockSize;
        return new Facts(
            row.getBoolean(1),
            row.getInt(2),
            blocks,
            blockSize,
            row.getLong(5),
            row.getDouble(6),
            row.getLong(7));
      }
    }
  }

  private static double rowsPerBlock(Connection source, TableName table, Facts facts)
      throws SQLException {
    if (facts.pages() > 0 && facts.rows() > 0) {
      return facts.rows() / facts.pages();
    }
    // Never analyzed: count the rows in a few stretches of the table.
    long rows = 0;
    long seen = 0;
    long next = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
      long from = Math.max(next, facts.blocks() * sample / SAMPLES);
      long to = Math.min(facts.blocks(), from + SAMPLE_BLOCKS);
      if (to <= from) {
        break;
      }
      try (Statement statement = source.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "SELECT pg_catalog.count(*) FROM ONLY "
                      + table.quoted()
                      + ChunkBounds.between(from, to).whereClause())) {
        row.next();
        rows += row.getLong(1);
        seen += to - from;
        next = to;
      }
    }
    return seen == 0 ? 1.0 : Math.max(0.01, (double) rows / seen);
  }
}
