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

/**
 * Cuts a table into ranges of blocks.
 *
 * <p>The number of blocks is the file's size now, never the catalog's estimate, and the last chunk
 * is open-ended: whatever the snapshot sees lies in one chunk. The estimate only decides how many
 * blocks make a chunk. A partition is a table of its own; a partitioned table itself holds no rows.
 *
 * <p>One chunk for all: tables of a server before 14, which reads a range of ctid by reading the
 * whole table; foreign tables, views and tables of an access method other than heap, whose ctid
 * means nothing.
 */
public final class ChunkPlanner {
  private static final int RANGES_BY_CTID = 140000;
  private static final int SAMPLES = 4;
  private static final long SAMPLE_BLOCKS = 16;

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
   * @param source a session on the snapshot that the chunks will be read under
   */
  public static ChunkPlan plan(Connection source, TableName table, ChunkPlanSettings settings) {
    return DatabaseErrors.call(
        "planning the chunks of " + table,
        () -> {
          Facts facts = facts(source, table);
          if (!facts.heap() || facts.version() < RANGES_BY_CTID || facts.blocks() <= 1) {
            long rows = Math.max(0, (long) facts.rows());
            return new ChunkPlan(table, List.of(ChunkBounds.WHOLE_TABLE), rows, facts.bytes());
          }
          double rowsPerBlock = rowsPerBlock(source, table, facts);
          return new ChunkPlan(
              table,
              cut(facts.blocks(), rowsPerBlock, (double) facts.bytes() / facts.blocks(), settings),
              Math.round(rowsPerBlock * facts.blocks()),
              facts.bytes());
        });
  }

  /** Ranges over so many blocks; the last one is open. */
  static List<ChunkBounds> cut(
      long blocks, double rowsPerBlock, double bytesPerBlock, ChunkPlanSettings settings) {
    double byRows = settings.rowsPerChunk() / Math.max(rowsPerBlock, 1e-9);
    double atLeast = settings.leastBytes() / Math.max(bytesPerBlock, 1.0);
    double atMost = settings.mostBytes() / Math.max(bytesPerBlock, 1.0);
    double byCount = Math.ceil((double) blocks / settings.maxChunks());
    double wanted = Math.max(Math.min(Math.max(byRows, atLeast), atMost), byCount);
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
