package dev.sensei.orchestrator.fold;

/**
 * What a task's timer knows of the attempt that it watches. It travels with the timer and not in a
 * state, so that a sign of life leaves no event.
 *
 * @param taken whether the attempt ever gave a sign of life; until then it may wait in its queue
 *     behind others
 * @param timeouts how many timeouts in a row passed while it was not taken
 */
public record Silence(boolean taken, int timeouts) {

  /** Handed out a moment ago. */
  public static final Silence NOT_TAKEN = new Silence(false, 0);

  /** An agent works on it. */
  public static final Silence TAKEN = new Silence(true, 0);

  /** One timeout more without a sign that it was taken. */
  Silence longer() {
    return new Silence(taken, timeouts + 1);
  }
}
