package dev.sensei.orchestrator.fold;

/**
 * What a migration is busy with, within its lifecycle state. UNKNOWN stands for a value that a
 * newer version wrote.
 */
public enum Stage {
  UNKNOWN,
  NONE,
  PREPARING,
  TABLES,
  FOREIGN_KEYS,
  FINISHING,
  VALIDATING_TABLES,
  VALIDATING_REFERENCES,
  RECONCILING,
  RELEASING,
  VALIDATING_STRUCTURE,
  CERTIFYING
}
