package dev.sensei.orchestrator.fold;

/** The states of a migration's life. UNKNOWN stands for a value that a newer version wrote. */
public enum LifecycleState {
  UNKNOWN,
  CREATED,
  ANALYZING,
  PLANNING,
  AWAITING_APPROVAL,
  APPROVED,
  RUNNING,
  PAUSED,
  COMPLETED,
  VALIDATING,
  CERTIFIED,
  FAILED,
  CANCELLED
}
