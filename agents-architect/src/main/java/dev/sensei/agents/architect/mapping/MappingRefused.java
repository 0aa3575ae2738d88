package dev.sensei.agents.architect.mapping;

/** What a person declared cannot be carried out. Holds no value of a row. */
public final class MappingRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final String object;

  /**
   * A refusal.
   *
   * @param code a stable word in capitals
   * @param object the table or column concerned
   * @param message what was expected, what was found and what to do
   */
  MappingRefused(String code, String object, String message) {
    super(message);
    this.code = code;
    this.object = object;
  }

  /** A stable word in capitals. */
  public String code() {
    return code;
  }

  /** The table or column concerned. */
  public String object() {
    return object;
  }

  /** What was expected, what was found and what to do. */
  public String message() {
    return String.valueOf(getMessage());
  }
}
