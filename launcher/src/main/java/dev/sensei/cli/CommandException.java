package dev.sensei.cli;

/**
 * A command cannot go on. The message is for the person at the keyboard: what was expected, what
 * was found and what to do; it holds no password and no row value.
 */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  /** A failure that ends the process with this code. */
  public CommandException(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** A failure that ends the process with this code, and where it came from. */
  public CommandException(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Something in the call or the configuration has to change. */
  public static CommandException usage(String message) {
    return new CommandException(ExitCode.USAGE, message);
  }

  /** The code that the process ends with. */
  public ExitCode exitCode() {
    return exitCode;
  }
}
