package dev.sensei.databases.copy;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the masks said of a chunk's rows, as it comes in. */
final class RowFindings {
  private final RowMasks masks;
  private final List<MarkedRow> setAside = new ArrayList<>();
  private final SortedMap<Integer, Long> changed = new TreeMap<>();

  RowFindings(RowMasks masks) {
    this.masks = masks;
  }

  /**
   * Takes a row's masks in.
   *
   * @return whether the row is to be written
   * @throws TooManySetAside where it is one too many
   */
  boolean take(RowLocator locator, long[] of) {
    if (masks.setsAside(of)) {
      setAside.add(new MarkedRow(locator, java.util.Arrays.stream(of).boxed().toList()));
      if (setAside.size() > masks.mostSetAside()) {
        throw new TooManySetAside(List.copyOf(setAside));
      }
      return false;
    }
    for (int mask = 0; mask < of.length; mask++) {
      for (long rest = of[mask]; rest != 0; rest &= rest - 1) {
        changed.merge(mask * Long.SIZE + Long.numberOfTrailingZeros(rest), 1L, Long::sum);
      }
    }
    return true;
  }

  CopiedRows with(ChunkResult written) {
    return new CopiedRows(written, setAside, changed);
  }
}
