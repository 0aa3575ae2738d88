package dev.sensei.databases.catalog;

/**
 * What counts as a difference.
 *
 * @param owners whether owners have to agree; roles may not exist on both sides
 * @param extraObjects whether an object that only the second catalog has is a difference
 */
public record ComparisonRules(boolean owners, boolean extraObjects) {
  /** Everything but owners. */
  public static final ComparisonRules DEFAULT = new ComparisonRules(false, true);

  /** Everything. */
  public static final ComparisonRules STRICT = new ComparisonRules(true, true);
}
