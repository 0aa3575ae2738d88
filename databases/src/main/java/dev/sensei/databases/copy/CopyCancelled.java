package dev.sensei.databases.copy;

/**
 * A copy stopped because its {@link CancelSignal} asked for it. The target's transaction has failed
 * and must be rolled back; the source's session can go on.
 */
public final class CopyCancelled extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CopyCancelled() {
    super("the copy was cancelled");
  }
}
