package dev.sensei.orchestrator.fold;

/**
 * The class of a failure, which decides what follows. UNKNOWN stands for a value that a newer
 * version wrote.
 */
public enum FailureClass {
  UNKNOWN,
  TRANSIENT,
  DATA,
  SCHEMA,
  RESOURCE,
  PERMISSION,
  CONFIGURATION,
  INTERNAL,
  SNAPSHOT_LOST,
  SUPERSEDED
}
