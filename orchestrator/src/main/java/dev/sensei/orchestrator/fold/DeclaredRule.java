package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;

/**
 * A rule that a person declared.
 *
 * @param table the source's table.
 * @param columns the target's columns; one but for unique and reference.
 * @param kind what they have to keep.
 * @param maxLength characters.
 * @param least the least value as a literal.
 * @param most the greatest value as a literal.
 * @param pattern a regular expression for the whole text.
 * @param referencedTable the source's table that is referred to.
 * @param referencedColumns the target's columns there.
 * @param remedy what is done with what does not keep it.
 * @param defaultValue the literal that takes the place of a NULL.
 * @param orderBy the target's column that rows are ordered by.
 */
public record DeclaredRule(
    String table,
    List<String> columns,
    RuleKind kind,
    int maxLength,
    Optional<String> least,
    Optional<String> most,
    String pattern,
    String referencedTable,
    List<String> referencedColumns,
    RowRemedy remedy,
    Optional<String> defaultValue,
    Optional<String> orderBy) {
  public DeclaredRule {
    columns = List.copyOf(columns);
    referencedColumns = List.copyOf(referencedColumns);
  }
}
