package dev.sensei.databases.queue;

/**
 * The error queue's key cannot be used. The message says where it was looked for and what to do.
 */
public final class QueueKeyException extends Exception {
  private static final long serialVersionUID = 1L;

  QueueKeyException(String message) {
    super(message);
  }

  QueueKeyException(String message, Throwable cause) {
    super(message, cause);
  }
}
