package dev.sensei.orchestrator.fold;

/** What the values of a column, or the rows of a table, have to keep. */
public enum RuleKind {
  /** Written by a program that knows more kinds. */
  UNKNOWN,
  NOT_NULL,
  UNIQUE,
  MAX_LENGTH,
  RANGE,
  PATTERN,
  REFERENCE
}
