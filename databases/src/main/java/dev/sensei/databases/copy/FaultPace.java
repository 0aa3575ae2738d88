package dev.sensei.databases.copy;

/**
 * How many rows are tried at once while some are refused. A try that fails wastes the rows before
 * the one at fault, half of them on average, and each try costs as much as some rows do. Between
 * two faults with {@code gap} rows in between that is least for the root of {@code 2 · gap ·} that
 * cost. The gap is the weighted mean of those so far, the latest counting most, or the one at hand
 * where it is longer already.
 */
final class FaultPace {
  /** What a try costs beside its rows, in rows: it is a COPY and a savepoint, three round trips. */
  private static final int TRY_COST_ROWS = 200;

  /** What is taken for the gap before any is seen. */
  private static final double FIRST_GAP = 10_000;

  private static final double WEIGHT_OF_THE_LATEST = 0.25;

  private final int most;
  private double usual = FIRST_GAP;
  private double since;

  /**
   * A pace.
   *
   * @param most rows at once
   */
  FaultPace(int most) {
    this.most = most;
  }

  /** How many rows to try next, at least 1. */
  int rows() {
    double gap = Math.max(usual, since);
    return (int) Math.clamp(Math.sqrt(2 * TRY_COST_ROWS * gap), 1, most);
  }

  /** Rows were taken. */
  void taken(int rows) {
    since += rows;
  }

  /** A row is at fault. */
  void fault() {
    usual += WEIGHT_OF_THE_LATEST * (since + 1 - usual);
    since = 0;
  }
}
