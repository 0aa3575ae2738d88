package dev.sensei.cli;

/** What the process's exit code says. */
public enum ExitCode {
  /** Everything in scope is in the target and certified; or the command did what it says. */
  OK(0),
  /** A fault of Sensei itself. */
  INTERNAL_ERROR(1),
  /** Something in the call or the configuration has to change first. */
  USAGE(2),
  /** Rows were not moved, a certificate or journal does not hold, or a command was not allowed. */
  FAILED(3),
  /** The plan waits for a person. */
  WAITING_FOR_APPROVAL(4),
  /** Rows were moved, but validation failed or an exception was not accepted. */
  NOT_CERTIFIED(5);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  /** The number the process ends with. */
  public int code() {
    return code;
  }
}
