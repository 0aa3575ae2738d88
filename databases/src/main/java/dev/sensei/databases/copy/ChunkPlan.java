package dev.sensei.databases.copy;

import dev.sensei.databases.TableName;
import java.util.List;

/**
 * How a table is cut.
 *
 * @param table the source's table
 * @param chunks in the order of their numbers, which start at 0; never empty; together they cover
 *     every row exactly once
 * @param estimatedRows an estimate, for progress and for the order of the work
 * @param bytes size of the table with TOAST, without indexes
 */
public record ChunkPlan(TableName table, List<ChunkBounds> chunks, long estimatedRows, long bytes) {
  public ChunkPlan {
    chunks = List.copyOf(chunks);
  }
}
