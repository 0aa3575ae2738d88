package dev.sensei.orchestrator.fold;

/**
 * What is to be done about rows in the error queue. UNKNOWN stands for a value that a newer version
 * wrote.
 */
public enum ErrorAction {
  UNKNOWN,
  RETRY,
  SKIP,
  SET_ASIDE_ORPHANS,
  MIGRATE_PARENTS
}
