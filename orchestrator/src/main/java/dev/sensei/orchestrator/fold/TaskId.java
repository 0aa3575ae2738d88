package dev.sensei.orchestrator.fold;

/**
 * What identifies a task over all its attempts; {@link TaskKey} says what it is made of.
 *
 * @param value not empty
 */
public record TaskId(String value) {
  public TaskId {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a task id must not be empty");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
