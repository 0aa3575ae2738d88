package dev.sensei.certificate;

/** A key file cannot be used; the message says why and what to do, and never what is in it. */
public final class KeyFileException extends Exception {
  private static final long serialVersionUID = 1L;

  KeyFileException(String message) {
    super(message);
  }

  KeyFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
