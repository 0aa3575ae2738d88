package dev.sensei.agents.plan;

import dev.sensei.databases.rules.ColumnRule;
import java.util.List;
import java.util.Optional;

/**
 * How one column of the target gets its values: from one of the source, or by an expression.
 *
 * @param source the source column's name; empty where the source has no such column
 * @param target the target column's name
 * @param sourceType as the source's catalog gives it; the type of the expression, where there is
 *     one
 * @param targetType as the target's catalog gives it, or as it will be made
 * @param confidence how sure the mapping is, 0 to 1; 1 where name and type agree
 * @param note why the confidence is below 1; empty where it is not
 * @param rules what every value has to keep that its source does not guarantee, and what is done
 *     with one that does not
 * @param expression SQL over a row of the source table that gives the values, as a person declared
 *     it; absent where they are the source column's own
 */
public record ColumnMapping(
    String source,
    String target,
    String sourceType,
    String targetType,
    double confidence,
    String note,
    List<ColumnRule> rules,
    Optional<String> expression) {
  /** The note of a mapping that a person declared. */
  public static final String DECLARED = "declared";

  public ColumnMapping {
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new IllegalArgumentException("a confidence lies between 0 and 1, found " + confidence);
    }
    rules = List.copyOf(rules);
  }

  /** A column whose values are the source column's own. */
  public ColumnMapping(
      String source,
      String target,
      String sourceType,
      String targetType,
      double confidence,
      String note,
      List<ColumnRule> rules) {
    this(source, target, sourceType, targetType, confidence, note, rules, Optional.empty());
  }

  /** Whether a person said how the column gets its values, or what it is called or made of. */
  public boolean declared() {
    return note.equals(DECLARED);
  }
}
