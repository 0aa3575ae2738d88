package dev.sensei.cli.display;

import dev.sensei.cli.Screen;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A few lines at the bottom of a terminal, drawn over themselves. Nothing is ever wider than the
 * terminal, so that no line wraps and the cursor finds its way back.
 */
final class TerminalDisplay implements ProgressDisplay {
  /** The least time between two redraws. */
  static final Duration REDRAW_EVERY = Duration.ofMillis(100);

  private static final String CLEAR_TO_LINE_END = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";

  private final PrintWriter out;
  private final Screen screen;
  private final LongSupplier nanoTime;
  private final ProgressFrame frame;
  private Optional<MigrationView> latest = Optional.empty();
  private Optional<Long> drawnNanos = Optional.empty();
  private boolean fresh;
  private int drawnLines;
  private int drawnWidth;

  TerminalDisplay(Screen screen, PrintWriter out, LongSupplier nanoTime) {
    this.out = out;
    this.screen = screen;
    this.nanoTime = nanoTime;
    this.frame = new ProgressFrame(screen.unicode(), screen.colour(), nanoTime.getAsLong());
  }

  @Override
  public synchronized void show(MigrationView view) {
    long now = nanoTime.getAsLong();
    boolean turn =
        latest
            .map(last -> last.phase() != view.phase() || last.condition() != view.condition())
            .orElse(true);
    frame.record(now, view);
    latest = Optional.of(view);
    fresh = true;
    boolean due = drawnNanos.map(drawn -> now - drawn >= REDRAW_EVERY.toNanos()).orElse(true);
    if (due || turn) {
      draw(now);
    }
  }

  @Override
  public synchronized void note(String line) {
    StringBuilder text = new StringBuilder(home());
    text.append(CLEAR_BELOW).append(Amounts.printable(line)).append('\n');
    drawnLines = 0;
    out.print(text);
    if (latest.isPresent()) {
      draw(nanoTime.getAsLong());
    }
    out.flush();
  }

  @Override
  public synchronized void pause() {
    if (fresh) {
      draw(nanoTime.getAsLong());
    }
    drawnLines = 0;
    latest = Optional.empty();
  }

  @Override
  public synchronized void close() {
    if (fresh) {
      draw(nanoTime.getAsLong());
    }
    drawnLines = 0;
    out.flush();
  }

  private void draw(long now) {
    if (latest.isEmpty()) {
      return;
    }
    int width = Math.max(1, screen.columns().getAsInt());
    List<String> lines =
        new ArrayList<>(frame.lines(now, latest.get(), width - 1, screen.rows().getAsInt() - 1));
    StringBuilder text = new StringBuilder(home());
    for (String line : lines) {
      text.append(line).append(CLEAR_TO_LINE_END).append('\n');
    }
    text.append(CLEAR_BELOW);
    out.print(text);
    out.flush();
    drawnLines = lines.size();
    drawnWidth = width;
    drawnNanos = Optional.of(now);
    fresh = false;
  }

  /** Back to the first line drawn; lines that a narrower window has wrapped count as more. */
  private String home() {
    if (drawnLines == 0) {
      return "\r";
    }
    int width = Math.max(1, screen.columns().getAsInt());
    int up = drawnLines;
    if (width < drawnWidth) {
      up = drawnLines * ((drawnWidth + width - 1) / width);
    }
    return "\r\u001b[" + Math.min(up, Math.max(1, screen.rows().getAsInt() - 1)) + "A";
  }
}
