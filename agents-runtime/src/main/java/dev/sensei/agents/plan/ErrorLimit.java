package dev.sensei.agents.plan;

import java.math.BigDecimal;
import java.util.Locale;

/**
 * How many rows of a table may be set aside. Both limits hold.
 *
 * @param maxRows 0 to 10,000; with 0 the first row at fault fails the table
 * @param maxPercent of the table's rows, 0 to 100
 */
public record ErrorLimit(long maxRows, double maxPercent) {
  /** The most rows that a person may allow. */
  public static final long MOST_ROWS = 10_000;

  public ErrorLimit {
    if (maxRows < 0 || maxRows > MOST_ROWS || !(maxPercent >= 0 && maxPercent <= 100)) {
      throw new IllegalArgumentException(
          "expected 0 to %,d rows and 0 to 100 percent, found %,d and %s"
              .formatted(MOST_ROWS, maxRows, maxPercent));
    }
  }

  /** Whether not one row may be set aside. */
  public boolean isNone() {
    return maxRows == 0 || maxPercent == 0;
  }

  /** The limit in a sentence that a person reads. */
  public String text() {
    return isNone()
        ? "the first row to be set aside fails its table"
        : String.format(
            Locale.ROOT,
            "up to %,d rows of a table, and %s %% of them, may be set aside",
            maxRows,
            BigDecimal.valueOf(maxPercent).stripTrailingZeros().toPlainString());
  }
}
