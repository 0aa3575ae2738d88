package dev.sensei.cli.spec;

/**
 * A spec file cannot be used. The message begins with {@code file:line:column} and says what was
 * expected, what was found and what is allowed; it repeats no value of a secret.
 */
public final class SpecException extends Exception {
  private static final long serialVersionUID = 1L;

  SpecException(String message) {
    super(message);
  }

  SpecException(String message, Throwable cause) {
    super(message, cause);
  }
}
