package dev.sensei.orchestrator.fold;

/** What is done with a row or value that does not keep a rule. */
public enum RowRemedy {
  /** Nothing was said. */
  UNKNOWN,
  QUEUE,
  TRUNCATE,
  CLAMP,
  SET_NULL,
  USE_DEFAULT,
  STRIP,
  KEEP_FIRST,
  KEEP_LAST,
  FAIL,
  MIGRATE_PARENT
}
