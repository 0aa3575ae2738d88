package dev.sensei.agents.plan;

import dev.sensei.databases.rules.ColumnRule;
import java.util.List;

/**
 * How one column of the source becomes one of the target.
 *
 * @param source the source column's name
 * @param target the target column's name
 * @param sourceType as the source's catalog gives it
 * @param targetType as the target's catalog gives it, or as it will be made
 * @param confidence how sure the mapping is, 0 to 1; 1 where name and type agree
 * @param note why the confidence is below 1; empty where it is not
 * @param rules what every value has to keep that its source does not guarantee, and what is done
 *     with one that does not
 */
public record ColumnMapping(
    String source,
    String target,
    String sourceType,
    String targetType,
    double confidence,
    String note,
    List<ColumnRule> rules) {
  public ColumnMapping {
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new IllegalArgumentException("a confidence lies between 0 and 1, found " + confidence);
    }
    rules = List.copyOf(rules);
  }
}
