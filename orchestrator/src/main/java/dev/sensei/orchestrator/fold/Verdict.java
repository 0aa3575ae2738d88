package dev.sensei.orchestrator.fold;

/** What a migration's end amounts to. UNKNOWN stands for a value that a newer version wrote. */
public enum Verdict {
  UNKNOWN,
  CERTIFIED,
  CERTIFIED_WITH_EXCEPTIONS,
  NOT_CERTIFIED
}
