package dev.sensei.databases.rules;

/**
 * What a bit of a row's mask says: which rule a value did not keep, and what became of it.
 *
 * @param column the target column
 * @param rule the rule
 * @param effect what became of the row
 */
public record Mark(String column, ColumnRule rule, Effect effect) {
  /** What becomes of a row. */
  public enum Effect {
    /** It goes to the error queue, and not to the target. */
    SET_ASIDE,
    /** Its value was changed by the rule's remedy, and the row goes to the target. */
    REPAIRED
  }
}
