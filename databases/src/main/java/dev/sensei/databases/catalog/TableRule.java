package dev.sensei.databases.catalog;

import java.util.Optional;

/**
 * Something that acts on a table's rows or helps to plan over them: a trigger, a rewrite rule, a
 * row security policy, extended statistics. Created when all rows are there.
 *
 * @param name as SQL names it: bare, for statistics with its schema
 * @param definition the statement that creates it
 * @param enabled how it fires, where it is not as usual: {@code DISABLE}, {@code ENABLE REPLICA} or
 *     {@code ENABLE ALWAYS}
 */
public record TableRule(
    Kind kind, String name, String definition, Optional<String> enabled, Optional<String> comment) {
  /** What it is. */
  public enum Kind {
    TRIGGER,
    RULE,
    POLICY,
    STATISTICS
  }
}
