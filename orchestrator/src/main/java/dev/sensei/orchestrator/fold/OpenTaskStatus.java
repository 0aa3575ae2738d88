package dev.sensei.orchestrator.fold;

/**
 * Where an open task stands. ISSUED: an agent may have it. DEFERRED: its timer hands it out again.
 * WAITING: a sweep hands it out again. UNKNOWN stands for a value that a newer version wrote.
 */
public enum OpenTaskStatus {
  UNKNOWN,
  ISSUED,
  DEFERRED,
  WAITING
}
