package dev.sensei.orchestrator.fold;

/** The five perspectives of validation. UNKNOWN stands for a value that a newer version wrote. */
public enum Perspective {
  UNKNOWN,
  STRUCTURAL,
  STATISTICAL,
  REFERENTIAL,
  SEMANTIC,
  BEHAVIORAL
}
