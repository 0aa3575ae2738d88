package dev.sensei.databases.copy;

import java.util.List;
import java.util.OptionalLong;

/**
 * What one chunk covers of a table. The bounds of a table's chunks lie side by side, the first open
 * below and the last open above: a row that a snapshot shows is in one chunk, and in one only.
 *
 * <p>Bounds tell of the source's content: they stay in the target's ledger. What {@code toString}
 * gives holds no value of a row; {@link #whereClause} does, and is for the source's server alone.
 */
public sealed interface ChunkBounds permits WholeTable, BlockRange, KeyRange, SingleRows {
  /** All of a table. */
  ChunkBounds WHOLE_TABLE = new WholeTable();

  /** The WHERE clause with a leading blank, or nothing for the whole table. */
  String whereClause();

  /**
   * Settings of the server, as {@code name = value}, that hold while such a range is read in a
   * transaction: without them it might read all of the table for each of its chunks.
   */
  List<String> settings();

  /** Blocks {@code from} inclusive to {@code to} exclusive. */
  static ChunkBounds between(long from, long to) {
    return new BlockRange(from, OptionalLong.of(to));
  }

  /** Blocks {@code from} inclusive to the table's end. */
  static ChunkBounds from(long from) {
    return from == 0 ? WHOLE_TABLE : new BlockRange(from, OptionalLong.empty());
  }
}
