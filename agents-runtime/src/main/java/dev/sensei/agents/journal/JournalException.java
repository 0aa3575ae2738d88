package dev.sensei.agents.journal;

/** The journal did not give what was asked of it. */
public final class JournalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final boolean mayPass;

  /**
   * What the journal lacks.
   *
   * @param code a stable code
   * @param message what was expected and what was found; no value of a row
   * @param mayPass whether trying again later may help
   */
  public JournalException(String code, String message, boolean mayPass) {
    super(message);
    this.code = code;
    this.mayPass = mayPass;
  }

  JournalException(String code, String message, boolean mayPass, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.mayPass = mayPass;
  }

  /**
   * A stable code: {@code JOURNAL_TIMEOUT}, {@code JOURNAL_INCOMPLETE} or {@code
   * JOURNAL_UNREADABLE}.
   */
  public String code() {
    return code;
  }

  /**
   * Whether trying again later may help: the journal ends before what is wanted so far, or does not
   * answer. What it holds stays as it is, so that a record that cannot be read, or one that is
   * missing between others, is no better the next time.
   */
  public boolean mayPass() {
    return mayPass;
  }
}
