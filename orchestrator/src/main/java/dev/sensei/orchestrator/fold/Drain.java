package dev.sensei.orchestrator.fold;

/**
 * Whether everything is being rolled back, and what follows. UNKNOWN stands for a value that a
 * newer version wrote.
 */
public enum Drain {
  UNKNOWN,
  NONE,
  CANCEL,
  REANALYZE
}
