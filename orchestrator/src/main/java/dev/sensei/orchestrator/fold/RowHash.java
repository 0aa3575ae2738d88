package dev.sensei.orchestrator.fold;

/** How rows are hashed to be compared. UNKNOWN stands for a value that a newer version wrote. */
public enum RowHash {
  UNKNOWN,
  FAST,
  SHA_256
}
