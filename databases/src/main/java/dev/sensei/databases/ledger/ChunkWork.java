package dev.sensei.databases.ledger;

import dev.sensei.databases.copy.ChunkResult;
import java.sql.Connection;
import java.util.Map;

/** Writes one chunk's rows. */
@FunctionalInterface
public interface ChunkWork {
  /**
   * Writes the rows through this connection, in the transaction that it is in. Must not commit or
   * roll back further than to savepoints of its own.
   *
   * @param target the target's session
   * @param chunk what to copy
   */
  Written write(Connection target, PlannedChunk chunk);

  /**
   * What was written.
   *
   * @param result rows, bytes and digest
   * @param setAside rows that were put into the error queue instead
   * @param deviations rows that were changed, counted by kind: letters, digits and {@code _.:%+-}
   */
  record Written(ChunkResult result, long setAside, Map<String, Long> deviations) {
    public Written {
      deviations = Map.copyOf(deviations);
    }

    /** All rows as they are. */
    public static Written clean(ChunkResult result) {
      return new Written(result, 0, Map.of());
    }
  }
}
