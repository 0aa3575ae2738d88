package dev.sensei.orchestrator.fold;

import java.util.List;

/**
 * Rows whose values a rule of the plan changed, or left out.
 *
 * @param kind what was done.
 * @param column the target's column; empty where it is about none.
 * @param rows how many rows.
 */
public record RowDeviation(String kind, String column, long rows) {
  private static final String KEEP = "keep_";

  /** Whether the rows were left out, since others that equal them are kept. */
  boolean leavesOut() {
    return kind.startsWith(KEEP);
  }

  /** How many rows; one may be counted once for each of its columns. */
  static long rows(List<RowDeviation> deviations) {
    return deviations.stream().mapToLong(RowDeviation::rows).sum();
  }
}
