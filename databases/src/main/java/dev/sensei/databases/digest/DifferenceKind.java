package dev.sensei.databases.digest;

/** In what way a row differs. */
public enum DifferenceKind {
  /** The source has it, the target does not. */
  MISSING,
  /** The target has it, the source does not. */
  UNEXPECTED,
  /** Both have a row of this key, with other content. Only where there is a key. */
  CHANGED
}
