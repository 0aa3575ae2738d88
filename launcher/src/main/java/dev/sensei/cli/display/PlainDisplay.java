package dev.sensei.cli.display;

import dev.sensei.cli.display.MigrationView.TableProgress;
import dev.sensei.cli.display.MigrationView.TableState;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Lines for logs and pipes: every change of state at once, rows in between every few seconds. */
final class PlainDisplay implements ProgressDisplay {
  /** The least time between two lines about rows alone. */
  static final Duration ROWS_EVERY = Duration.ofSeconds(2);

  private final PrintWriter out;
  private final LongSupplier nanoTime;
  private final long startedNanos;
  private final Throughput throughput = new Throughput();
  private final Map<String, TableState> states = new HashMap<>();
  private String lastState = "";
  private long lastRows;
  private @Nullable Long lastRowsNanos;

  PlainDisplay(PrintWriter out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
    this.startedNanos = nanoTime.getAsLong();
  }

  @Override
  public synchronized void show(MigrationView view) {
    long now = nanoTime.getAsLong();
    throughput.record(now, view.rowsDone(), view.bytesDone());
    if (!view.state().equals(lastState)) {
      lastState = view.state();
      line(now, "%s: %s".formatted(view.migrationId(), view.state().replace('_', ' ')));
    }
    for (TableProgress table : view.tables()) {
      TableState before = states.put(table.name(), table.state());
      if (!Objects.equals(before, table.state()) && isNews(table.state())) {
        line(
            now,
            "%s: %s, %s rows, %s"
                .formatted(
                    table.name(),
                    table.state().text(),
                    Amounts.count(table.rowsDone()),
                    Amounts.bytes(table.bytesDone())));
      }
    }
    boolean due = lastRowsNanos == null || now - lastRowsNanos >= ROWS_EVERY.toNanos();
    if (due && view.rowsDone() != lastRows) {
      lastRows = view.rowsDone();
      lastRowsNanos = now;
      line(
          now,
          "%s of about %s rows, %s rows/s, %s/s%s"
              .formatted(
                  Amounts.count(view.rowsDone()),
                  Amounts.count(view.rowsExpected()),
                  Amounts.count(Math.round(throughput.rowsPerSecond())),
                  Amounts.bytes(throughput.bytesPerSecond()),
                  throughput
                      .timeLeft(view.rowsExpected() - view.rowsDone())
                      .map(left -> ", " + Amounts.clock(left) + " left")
                      .orElse("")));
    }
  }

  /** Whether a table's new state is worth a line: ends and troubles are, steps on the way not. */
  private static boolean isNews(TableState state) {
    return switch (state) {
      case DONE, BLOCKED, FAILED, ROLLING_BACK, ROLLED_BACK -> true;
      case WAITING, PREPARING, COPYING, COMPLETING -> false;
    };
  }

  @Override
  public synchronized void note(String line) {
    out.println(Amounts.printable(line));
    out.flush();
  }

  @Override
  public void pause() {
    // Lines stand by themselves: there is nothing to leave free.
  }

  @Override
  public synchronized void close() {
    out.flush();
  }

  private void line(long now, String text) {
    note("[%s] %s".formatted(Amounts.clock(Duration.ofNanos(now - startedNanos)), text));
  }
}
