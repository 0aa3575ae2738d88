package dev.sensei.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Finds out whether a person is watching, and how wide the window is. */
final class Terminals implements AutoCloseable {
  private static final int DEFAULT_COLUMNS = 80;
  private static final int DEFAULT_ROWS = 24;

  private final Optional<Terminal> terminal;
  private final Optional<Screen> screen;

  private Terminals(Optional<Terminal> terminal, Optional<Screen> screen) {
    this.terminal = terminal;
    this.screen = screen;
  }

  /** The terminal of this process, where it has one. */
  static Terminals ofProcess(Map<String, String> environment) {
    Optional<Console> console = Optional.ofNullable(System.console()).filter(Console::isTerminal);
    if (console.isEmpty() || "dumb".equals(environment.get("TERM"))) {
      return new Terminals(Optional.empty(), Optional.empty());
    }
    boolean unicode = console.get().charset().equals(StandardCharsets.UTF_8);
    boolean colour = environment.getOrDefault("NO_COLOR", "").isEmpty();
    try {
      Terminal found =
          TerminalBuilder.builder().system(true).dumb(true).nativeSignals(false).build();
      return new Terminals(
          Optional.of(found),
          Optional.of(
              new Screen(
                  () -> orDefault(found.getSize().getColumns(), DEFAULT_COLUMNS),
                  () -> orDefault(found.getSize().getRows(), DEFAULT_ROWS),
                  unicode,
                  colour)));
    } catch (IOException e) {
      // The window's size is not known; the display works with the common one.
      return new Terminals(
          Optional.empty(),
          Optional.of(new Screen(() -> DEFAULT_COLUMNS, () -> DEFAULT_ROWS, unicode, colour)));
    }
  }

  Optional<Screen> screen() {
    return screen;
  }

  @Override
  public void close() throws IOException {
    if (terminal.isPresent()) {
      terminal.get().close();
    }
  }

  private static int orDefault(int size, int otherwise) {
    return size > 0 ? size : otherwise;
  }
}
