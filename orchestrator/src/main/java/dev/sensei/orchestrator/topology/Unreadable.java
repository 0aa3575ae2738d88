package dev.sensei.orchestrator.topology;

/** A record that cannot become an input; the message says why and goes with it. */
final class Unreadable extends Exception {
  private static final long serialVersionUID = 1L;

  Unreadable(String reason) {
    super(reason);
  }
}
