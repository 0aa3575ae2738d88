package dev.sensei.databases.rules;

/**
 * A rule for the values of a column.
 *
 * @param rule what they have to keep
 * @param remedy what is done where one does not
 * @param origin who asks for it
 */
public record ColumnRule(ValueRule rule, Remedy remedy, Origin origin) {
  /** Who asks for a rule. */
  public enum Origin {
    /** The target: it would refuse a value that does not keep the rule, or change it. */
    TARGET,
    /** A person: the target would take the value. */
    PERSON
  }

  /** Whether a row whose value does not keep the rule stays out of the target. */
  public boolean setsAside() {
    return remedy instanceof Remedy.SetAside;
  }

  /** The rule and its remedy as a person reads them, such as {@code max_length 20: truncate}. */
  public String text() {
    return rule.text() + ": " + remedy.name();
  }
}
