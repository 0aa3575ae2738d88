package dev.sensei.agents;

/** A task was given up undone, since the work is not wanted any more or the agent stops. */
public final class TaskReleasedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param reason why, for the report; no value of a row
   */
  public TaskReleasedException(String reason) {
    super(reason);
  }
}
