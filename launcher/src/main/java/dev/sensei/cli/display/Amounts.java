package dev.sensei.cli.display;

import java.time.Duration;
import java.util.Locale;

/** Amounts as a person reads them. */
public final class Amounts {
  private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};
  private static final double BYTE_STEP = 1_000;
  private static final long MINUTE = 60;
  private static final long HOUR = 3_600;

  private Amounts() {}

  /** A count, with thousands apart: 1,234,567. */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Bytes in units of 1,000: 12.3 MB. */
  public static String bytes(double bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= BYTE_STEP && unit < BYTE_UNITS.length - 1) {
      amount /= BYTE_STEP;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, BYTE_UNITS[unit]);
  }

  /** Bytes in units of 1,000: 12.3 MB. */
  public static String bytes(long bytes) {
    return bytes((double) bytes);
  }

  /** A length of time: 0:07, 12:34, 1:02:03. */
  public static String clock(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    return seconds < HOUR
        ? String.format(Locale.ROOT, "%d:%02d", seconds / MINUTE, seconds % MINUTE)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / HOUR, seconds % HOUR / MINUTE, seconds % MINUTE);
  }

  /** Seconds with one decimal: 4.2 s. */
  public static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.1f s", seconds);
  }

  /** A text without characters that steer a terminal. */
  public static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
