package dev.sensei.cli.display;

import dev.sensei.cli.Screen;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Shows how far a migration is. Safe for use by several threads. */
public sealed interface ProgressDisplay extends AutoCloseable
    permits TerminalDisplay, PlainDisplay {

  /**
   * The display for where the output goes.
   *
   * @param screen the terminal; empty where nobody watches
   * @param out where to write
   * @param nanoTime a clock that only goes forward, in nanoseconds
   */
  static ProgressDisplay of(Optional<Screen> screen, PrintWriter out, LongSupplier nanoTime) {
    return screen.isPresent()
        ? new TerminalDisplay(screen.get(), out, nanoTime)
        : new PlainDisplay(out, nanoTime);
  }

  /** Shows this, at once or with the next redraw. */
  void show(MigrationView view);

  /** Prints a line that stays. */
  void note(String line);

  /** Leaves the line free for a question; the next {@link #show} draws anew below the answer. */
  void pause();

  /** Draws what was last shown, and leaves it standing. */
  @Override
  void close();
}
