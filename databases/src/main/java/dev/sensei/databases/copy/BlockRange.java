package dev.sensei.databases.copy;

import java.util.List;
import java.util.OptionalLong;

/**
 * A range of a table's blocks. Blocks are positions in the source's file: they hold for snapshots
 * that show the same rows at the same places as the one that they were planned under.
 *
 * @param fromBlock the first block, inclusive, from 0
 * @param toBlock the block behind the last, exclusive; empty: to the end of the table, however long
 */
public record BlockRange(long fromBlock, OptionalLong toBlock) implements ChunkBounds {
  /** The largest block number that PostgreSQL has. */
  static final long MAX_BLOCK = 0xFFFF_FFFEL;

  public BlockRange {
    if (fromBlock < 0 || fromBlock > MAX_BLOCK) {
      throw new IllegalArgumentException("no such block: " + fromBlock);
    }
    if (toBlock.isEmpty() && fromBlock == 0) {
      throw new IllegalArgumentException("a range of all blocks is the whole table");
    }
    if (toBlock.isPresent()
        && (toBlock.getAsLong() <= fromBlock || toBlock.getAsLong() > MAX_BLOCK)) {
      throw new IllegalArgumentException(
          "a chunk must end behind its start: " + fromBlock + " to " + toBlock.getAsLong());
    }
  }

  @Override
  public String whereClause() {
    String lower = "ctid >= '(" + fromBlock + ",0)'::pg_catalog.tid";
    return toBlock.isEmpty()
        ? " WHERE " + lower
        : " WHERE " + lower + " AND ctid < '(" + toBlock.getAsLong() + ",0)'::pg_catalog.tid";
  }

  @Override
  public List<String> settings() {
    return List.of();
  }
}
