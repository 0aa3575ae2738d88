package dev.sensei.orchestrator.audit;

import java.util.List;

/**
 * A replayed journal held against the live state, byte for byte.
 *
 * @param sequence the journal record up to which both were compared
 * @param states how many states were compared: the header and the tables
 * @param differences what differs, one line each; empty where nothing does
 */
public record Comparison(long sequence, int states, List<String> differences) {
  /** Copies. */
  public Comparison {
    differences = List.copyOf(differences);
  }

  /** Whether both are equal, byte for byte. */
  public boolean equal() {
    return differences.isEmpty();
  }
}
