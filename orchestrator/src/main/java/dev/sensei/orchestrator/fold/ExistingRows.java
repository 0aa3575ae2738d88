package dev.sensei.orchestrator.fold;

/**
 * What to do where a target table holds rows already. UNKNOWN stands for a value that a newer
 * version wrote.
 */
public enum ExistingRows {
  UNKNOWN,
  REFUSE,
  TRUNCATE,
  APPEND
}
