package dev.sensei.orchestrator.fold;

/** How a check ended. UNKNOWN stands for a value that a newer version wrote. */
public enum CheckOutcome {
  UNKNOWN,
  PASSED,
  FAILED,
  NOT_CHECKED
}
