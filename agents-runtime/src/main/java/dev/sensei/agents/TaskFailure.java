package dev.sensei.agents;

import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.FailureClass;

/** A task failed for a known reason. The message must hold no value of a row. */
public final class TaskFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  public TaskFailure(Failure failure) {
    super(failure.getCode() + ": " + failure.getMessage());
    this.failure = failure;
  }

  /**
   * A failure that concerns no single object.
   *
   * @param code a stable code: an SQLSTATE, or a word in capitals
   * @param message what was expected, what was found and what to do; no value of a row
   */
  public TaskFailure(FailureClass failureClass, String code, String message) {
    this(failureClass, code, message, "");
  }

  /**
   * A failure of an object, such as a table or a constraint.
   *
   * @param code a stable code: an SQLSTATE, or a word in capitals
   * @param message what was expected, what was found and what to do; no value of a row
   * @param object the object concerned
   */
  public TaskFailure(FailureClass failureClass, String code, String message, String object) {
    this(
        Failure.newBuilder()
            .setFailureClass(failureClass)
            .setCode(code)
            .setMessage(message)
            .setObject(object)
            .build());
  }

  /** What is reported. */
  public Failure failure() {
    return failure;
  }
}
