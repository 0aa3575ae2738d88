package dev.sensei.agents.architect;

import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Key;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.rules.ColumnRule.Origin;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.RowRemedy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the rows of a table have to keep together: keys and foreign keys of the target that the
 * source has not, or has not checked, and what a person declared.
 *
 * @param wanted what is in scope, under the names that the target has to have
 * @param targets the names of tables in the target, by those in the source
 * @param options what the person set
 */
record RowSetRules(Catalog wanted, Map<TableName, TableName> targets, Options options) {
  private static final String NULLS_EQUAL = "NULLS NOT DISTINCT";

  /**
   * The rules of one table.
   *
   * @param name the table in the source
   * @param from the same under the names that the target has to have
   * @param to the table in the target, as it is there or will be made
   */
  List<SetRule> of(TableName name, Table from, Table to) {
    if (!from.holdsRows()) {
      return List.of();
    }
    RecoveryPolicy policy = RecoveryPolicy.of(options, name);
    List<SetRule> rules = new ArrayList<>();
    for (Key key : to.keys()) {
      if (key.kind() != Key.Kind.EXCLUSION && !isUnique(from, key)) {
        rules.add(
            new SetRule.Unique(
                key.columns(),
                !key.definition().contains(NULLS_EQUAL),
                DeclaredRules.keep(policy.duplicates()),
                Optional.empty(),
                Origin.TARGET));
      }
    }
    for (ForeignKey key : to.foreignKeys()) {
      boolean queued = policy.orphans() == RowRemedy.QUEUE;
      boolean checkedHere = key.valid() || queued;
      if (checkedHere
          && (queued || !refers(from, key))
          && wanted.table(key.referencedTable()).isPresent()) {
        rules.add(
            new SetRule.Reference(
                key.columns(),
                key.referencedTable(),
                key.referencedColumns(),
                queued,
                Origin.TARGET));
      }
    }
    new DeclaredRules(options).ofRows(name).forEach(rule -> rules.add(inTarget(rule)));
    return rules.stream().distinct().toList();
  }

  /** The rule with the name that a table has in the target, where it is about another one. */
  private SetRule inTarget(SetRule rule) {
    return switch (rule) {
      case SetRule.Unique unique -> unique;
      case SetRule.Reference reference ->
          new SetRule.Reference(
              reference.columns(),
              targets.getOrDefault(reference.table(), reference.table()),
              reference.referenced(),
              reference.setsAside(),
              reference.origin());
    };
  }

  /** Whether a key of the source holds what this one asks for. */
  private static boolean isUnique(Table from, Key asked) {
    boolean nullsEqual = asked.definition().contains(NULLS_EQUAL);
    Set<String> columns = new HashSet<>(asked.columns());
    return from.keys().stream()
        .filter(key -> key.kind() != Key.Kind.EXCLUSION)
        .filter(
            key ->
                !nullsEqual
                    || key.kind() == Key.Kind.PRIMARY_KEY
                    || key.definition().contains(NULLS_EQUAL))
        .anyMatch(key -> columns.containsAll(key.columns()));
  }

  private static boolean refers(Table from, ForeignKey asked) {
    return from.foreignKeys().stream()
        .anyMatch(
            key ->
                key.valid()
                    && key.columns().equals(asked.columns())
                    && key.referencedTable().equals(asked.referencedTable())
                    && key.referencedColumns().equals(asked.referencedColumns()));
  }

  /** Foreign keys of the source that were never checked. */
  static List<String> risks(Table from, TableName name) {
    return from.foreignKeys().stream()
        .filter(key -> !key.valid())
        .map(
            key ->
                "%s: the foreign key %s is NOT VALID in the source; rows without the row that they refer to may be among them, recovery.orphans: queue sets them aside"
                    .formatted(name, key.name()))
        .toList();
  }
}
