package dev.sensei.databases.failpoint;

/** A failpoint configured with {@code throw} was reached. */
public final class FailpointReached extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FailpointReached(Failpoint point) {
    super("failpoint " + point.label());
  }
}
