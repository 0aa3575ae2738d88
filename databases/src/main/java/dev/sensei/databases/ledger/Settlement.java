package dev.sensei.databases.ledger;

import dev.sensei.databases.copy.ChunkResult;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the ledger held on a table at a synchronous commit: it survives a crash of the target. */
public sealed interface Settlement {
  /**
   * The state of the table's chunks.
   *
   * @param planned how many chunks the table has
   * @param present how many of them are copied
   * @param missing numbers of those that are not, ascending, cut off at the setting's bound
   * @param total rows, bytes and digest of those that are
   * @param setAside rows of those that are in the error queue instead
   * @param deviations of those, by kind
   */
  record Settled(
      int planned,
      int present,
      List<Integer> missing,
      ChunkResult total,
      long setAside,
      SortedMap<String, Long> deviations)
      implements Settlement {
    public Settled {
      missing = List.copyOf(missing);
      deviations = new TreeMap<>(deviations);
    }

    /** Whether every planned chunk is copied. */
    public boolean complete() {
      return planned == present;
    }
  }

  /** The table is at another epoch, or has no claim any more (empty). */
  record Superseded(OptionalLong currentEpoch) implements Settlement {}
}
