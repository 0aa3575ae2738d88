package dev.sensei.databases.copy;

import java.util.OptionalLong;

/**
 * The blocks of a table that one chunk covers. Blocks are positions in the source's file: they hold
 * for the snapshot that they were planned under and for no other.
 *
 * @param fromBlock the first block, inclusive, from 0
 * @param toBlock the block behind the last, exclusive; empty: to the end of the table, however long
 */
public record ChunkBounds(long fromBlock, OptionalLong toBlock) {
  /** The largest block number that PostgreSQL has. */
  static final long MAX_BLOCK = 0xFFFF_FFFEL;

  /** All of a table. Reads without a condition, so it serves views and foreign tables too. */
  public static final ChunkBounds WHOLE_TABLE = new ChunkBounds(0, OptionalLong.empty());

  public ChunkBounds {
    if (fromBlock < 0 || fromBlock > MAX_BLOCK) {
      throw new IllegalArgumentException("no such block: " + fromBlock);
    }
    if (toBlock.isPresent()
        && (toBlock.getAsLong() <= fromBlock || toBlock.getAsLong() > MAX_BLOCK)) {
      throw new IllegalArgumentException(
          "a chunk must end behind its start: " + fromBlock + " to " + toBlock.getAsLong());
    }
  }

  /** Blocks {@code from} inclusive to {@code to} exclusive. */
  public static ChunkBounds between(long from, long to) {
    return new ChunkBounds(from, OptionalLong.of(to));
  }

  /** Blocks {@code from} inclusive to the table's end. */
  public static ChunkBounds from(long from) {
    return new ChunkBounds(from, OptionalLong.empty());
  }

  /** The WHERE clause with a leading blank, or nothing for the whole table. */
  public String whereClause() {
    if (fromBlock == 0 && toBlock.isEmpty()) {
      return "";
    }
    String lower = "ctid >= '(" + fromBlock + ",0)'::pg_catalog.tid";
    return toBlock.isEmpty()
        ? " WHERE " + lower
        : " WHERE " + lower + " AND ctid < '(" + toBlock.getAsLong() + ",0)'::pg_catalog.tid";
  }
}
