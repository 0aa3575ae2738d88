package dev.sensei.cli.run;

/** What a person says to a plan. */
public sealed interface Decision {
  /**
   * Go ahead with this plan.
   *
   * @param approver who says so
   * @param acceptExceptions whether what the plan leaves behind is accepted
   */
  record Approve(String approver, boolean acceptExceptions) implements Decision {}

  /** Turn the plan down; the reason goes into the journal. */
  record Reject(String reason) implements Decision {}

  /** Nobody is here to say; the migration waits, and the process ends with exit code 4. */
  record Wait() implements Decision {}
}
