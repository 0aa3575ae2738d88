package dev.sensei.orchestrator.fold;

/** The states of a table's run. UNKNOWN stands for a value that a newer version wrote. */
public enum TableRunState {
  UNKNOWN,
  IDLE,
  PREPARING,
  VALIDATING_PRE,
  MIGRATING,
  VALIDATING_POST,
  COMPLETING,
  ROLLING_BACK,
  FAILED,
  BLOCKED,
  DONE,
  ROLLED_BACK
}
