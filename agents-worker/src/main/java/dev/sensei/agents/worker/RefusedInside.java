package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;

/** A failure, or that nobody wants the work, on its way out of a transaction that is undone. */
final class RefusedInside extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Exception reason;

  RefusedInside(TaskFailure failure) {
    super(failure);
    this.reason = failure;
  }

  RefusedInside(TaskReleasedException released) {
    super(released);
    this.reason = released;
  }

  /** What it is outside of the transaction. */
  Exception reason() {
    return reason;
  }
}
