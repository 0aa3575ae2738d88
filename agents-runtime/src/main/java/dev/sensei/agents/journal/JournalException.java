package dev.sensei.agents.journal;

/** The journal did not give what was asked of it. Trying again later may help. */
public final class JournalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;

  JournalException(String code, String message) {
    super(message);
    this.code = code;
  }

  JournalException(String code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /**
   * A stable code: {@code JOURNAL_TIMEOUT}, {@code JOURNAL_INCOMPLETE} or {@code
   * JOURNAL_UNREADABLE}.
   */
  public String code() {
    return code;
  }
}
