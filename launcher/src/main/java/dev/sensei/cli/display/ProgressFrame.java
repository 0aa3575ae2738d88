package dev.sensei.cli.display;

import dev.sensei.cli.display.MigrationView.Condition;
import dev.sensei.cli.display.MigrationView.Phase;
import dev.sensei.cli.display.MigrationView.TableProgress;
import dev.sensei.cli.display.MigrationView.TableState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jline.utils.WCWidth;

/** Lays out one picture of a migration: the phases, a bar for each table in work, the sum. */
final class ProgressFrame {
  /** The most tables drawn at the same time. */
  static final int MAX_TABLES = 12;

  private static final int MAX_NAME = 32;
  private static final int MIN_NAME = 8;
  private static final int MIN_BAR = 6;
  private static final int MAX_BAR = 30;
  private static final int GAP = 2;
  private static final String RESET = "\u001b[0m";

  private final boolean unicode;
  private final boolean colour;
  private final long startedNanos;
  private final Throughput total = new Throughput();
  private final Map<String, Throughput> tables = new HashMap<>();

  ProgressFrame(boolean unicode, boolean colour, long startedNanos) {
    this.unicode = unicode;
    this.colour = colour;
    this.startedNanos = startedNanos;
  }

  /** Notes the counters, for the rates. */
  void record(long nanos, MigrationView view) {
    total.record(nanos, view.rowsDone(), view.bytesDone());
    for (TableProgress table : view.tables()) {
      if (table.state() == TableState.COPYING) {
        tables
            .computeIfAbsent(table.name(), name -> new Throughput())
            .record(nanos, table.rowsDone(), table.bytesDone());
      } else {
        tables.remove(table.name());
      }
    }
  }

  /**
   * The lines.
   *
   * @param width the most columns of a line, 1 or more
   * @param height the most lines, though never fewer than 1
   */
  List<String> lines(long nanos, MigrationView view, int width, int height) {
    List<String> lines = new ArrayList<>();
    lines.add(phases(nanos, view, width));
    List<TableProgress> inWork = view.tables().stream().filter(ProgressFrame::inWork).toList();
    int room = Math.max(0, Math.min(MAX_TABLES, height - 2));
    for (TableProgress table : inWork.subList(0, Math.min(room, inWork.size()))) {
      lines.add(tableLine(table, width));
    }
    if (!view.tables().isEmpty() && height > 1) {
      lines.add(sum(view, width));
    }
    return lines;
  }

  private static boolean inWork(TableProgress table) {
    return switch (table.state()) {
      case COPYING, COMPLETING, ROLLING_BACK, FAILED -> true;
      case WAITING, PREPARING, DONE, BLOCKED, ROLLED_BACK -> false;
    };
  }

  private String phases(long nanos, MigrationView view, int width) {
    StringBuilder plain = new StringBuilder();
    StringBuilder painted = new StringBuilder();
    for (Phase phase : Phase.values()) {
      String part = mark(phase, view) + " " + phase.text();
      String gap = plain.isEmpty() ? "" : "  ";
      plain.append(gap).append(part);
      painted.append(gap).append(paint(part, paintOf(phase, view)));
    }
    String clock = "  " + Amounts.clock(Duration.ofNanos(nanos - startedNanos));
    if (columns(plain + clock) <= width) {
      return painted + clock;
    }
    if (columns(plain.toString()) <= width) {
      return painted.toString();
    }
    // No room for all five: the one that counts, and which of the five it is.
    return fit(
        "%s %s %d/%d"
            .formatted(
                mark(view.phase(), view),
                view.phase().text(),
                List.of(Phase.values()).indexOf(view.phase()) + 1,
                Phase.values().length),
        width);
  }

  private String mark(Phase phase, MigrationView view) {
    int order = phase.compareTo(view.phase());
    if (order < 0) {
      return unicode ? "✓" : "x";
    }
    if (order > 0) {
      return unicode ? "·" : "-";
    }
    return switch (view.condition()) {
      case DONE -> unicode ? "✓" : "x";
      case FAILED -> unicode ? "✗" : "!";
      case CANCELLED -> unicode ? "■" : "#";
      case PAUSED -> unicode ? "‖" : "=";
      case WAITING -> "?";
      case WORKING -> unicode ? "▶" : ">";
    };
  }

  private static String paintOf(Phase phase, MigrationView view) {
    int order = phase.compareTo(view.phase());
    if (order > 0) {
      return "\u001b[2m";
    }
    if (order < 0 || view.condition() == Condition.DONE) {
      return "\u001b[32m";
    }
    return view.condition() == Condition.FAILED ? "\u001b[31m" : "\u001b[1m";
  }

  private String paint(String text, String start) {
    return colour ? start + text + RESET : text;
  }

  private String tableLine(TableProgress table, int width) {
    String percent = "%3d%%".formatted(percent(table.rowsDone(), table.rowsExpected()));
    List<String> columns = new ArrayList<>();
    if (table.state() == TableState.COPYING) {
      Throughput rate = tables.getOrDefault(table.name(), new Throughput());
      columns.add("%11s rows/s".formatted(Amounts.count(Math.round(rate.rowsPerSecond()))));
      columns.add("%9s/s".formatted(Amounts.bytes(rate.bytesPerSecond())));
      columns.add(
          "%7s left"
              .formatted(
                  rate.timeLeft(table.rowsExpected() - table.rowsDone())
                      .map(Amounts::clock)
                      .orElse("-:--")));
    } else {
      columns.add(
          (table.state() == TableState.COMPLETING ? "building indexes" : table.state().text()));
    }
    int name = Math.min(MAX_NAME, Math.max(MIN_NAME, width / 3));
    // Columns give way from the right, then the bar, then all but the name.
    int fixed = name + 1 + percent.length();
    int kept = 0;
    int used = fixed + 1 + MIN_BAR;
    while (kept < columns.size() && used + GAP + columns.get(kept).length() <= width) {
      used += GAP + columns.get(kept).length();
      kept++;
    }
    int bar = Math.min(MAX_BAR, MIN_BAR + Math.max(0, width - used));
    StringBuilder line = new StringBuilder(fit(table.name(), name));
    line.append(" ".repeat(Math.max(0, name - columns(line.toString()))));
    if (fixed + 1 + MIN_BAR <= width) {
      line.append(' ').append(bar(table, bar));
    }
    line.append(' ').append(percent);
    columns.subList(0, kept).forEach(column -> line.append("  ").append(column));
    return fit(line.toString(), width);
  }

  private String bar(TableProgress table, int cells) {
    int done = (int) ((long) cells * percent(table.rowsDone(), table.rowsExpected()) / 100);
    return (unicode ? "█" : "#").repeat(done) + (unicode ? "░" : ".").repeat(cells - done);
  }

  private String sum(MigrationView view, int width) {
    long rows = view.rowsDone();
    List<String> parts = new ArrayList<>();
    parts.add("%d of %d tables".formatted(view.count(TableState.DONE), view.tables().size()));
    parts.add(Amounts.count(rows) + " rows");
    parts.add(Amounts.bytes(view.bytesDone()));
    if (view.phase() == Phase.MOVE && view.condition() == Condition.WORKING) {
      parts.add(Amounts.count(Math.round(total.rowsPerSecond())) + " rows/s");
      Optional<Duration> left = total.timeLeft(view.rowsExpected() - rows);
      left.ifPresent(time -> parts.add(Amounts.clock(time) + " left"));
    }
    String line = "";
    for (String part : parts) {
      String longer = line.isEmpty() ? part : line + ", " + part;
      if (columns(longer) > width) {
        break;
      }
      line = longer;
    }
    return fit(line, width);
  }

  /**
   * Done of expected in whole percent, 0 to 100; an estimate that was too low counts as reached.
   */
  static int percent(long done, long expected) {
    if (expected <= 0) {
      return done > 0 ? 100 : 0;
    }
    return (int) Math.min(100, Math.max(0, Math.floor(100.0 * done / expected)));
  }

  /** The text cut to a number of columns, without characters that steer the terminal. */
  private String fit(String text, int width) {
    String printable = Amounts.printable(text);
    if (columns(printable) <= width) {
      return printable;
    }
    String ellipsis = width <= 1 ? "" : unicode ? "…" : "~";
    StringBuilder cut = new StringBuilder();
    int used = columns(ellipsis);
    int at = 0;
    while (at < printable.length()) {
      int point = printable.codePointAt(at);
      int wide = Math.max(0, WCWidth.wcwidth(point));
      if (used + wide > width) {
        break;
      }
      cut.appendCodePoint(point);
      used += wide;
      at += Character.charCount(point);
    }
    return cut + ellipsis;
  }

  /** How many columns a text takes on a terminal. */
  static int columns(String text) {
    return text.codePoints().map(point -> Math.max(0, WCWidth.wcwidth(point))).sum();
  }
}
