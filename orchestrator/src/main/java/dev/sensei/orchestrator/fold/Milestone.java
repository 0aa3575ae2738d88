package dev.sensei.orchestrator.fold;

/**
 * A point at which a migration waits for a person: where its options say so, or since rows wait in
 * the error queue. UNKNOWN stands for a value that a newer version wrote.
 */
public enum Milestone {
  UNKNOWN,
  BEFORE_EXECUTION,
  BEFORE_VALIDATION,
  ERRORS_OPEN
}
