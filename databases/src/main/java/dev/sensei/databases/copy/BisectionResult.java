package dev.sensei.databases.copy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the search found.
 *
 * @param rows the rows that the target took, in the caller's transaction, and what masks said
 * @param faults the rows that it did not take
 * @param complete whether the whole chunk was gone through; false where the search gave up at its
 *     bound, and then the chunk must not be committed
 * @param statements how many COPY statements it took
 * @param rowsTried how many rows they had together
 */
public record BisectionResult(
    CopiedRows rows, List<RowFault> faults, boolean complete, long statements, long rowsTried) {
  public BisectionResult {
    faults = List.copyOf(faults);
  }

  /** Rows at fault by SQLSTATE. */
  public Map<String, Long> countsByKind() {
    Map<String, Long> counts = new TreeMap<>();
    faults.forEach(fault -> counts.merge(fault.kind(), 1L, Long::sum));
    return counts;
  }
}
