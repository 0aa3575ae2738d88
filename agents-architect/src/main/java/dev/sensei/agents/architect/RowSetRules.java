package dev.sensei.agents.architect;

import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Key;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.ColumnRule.Origin;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.databases.rules.TypeCast;
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
 * source has not, or has not checked, or has over other values than those that are copied; and what
 * a person declared.
 *
 * @param wanted what is in scope, under the names that the target has to have
 * @param targets the names of tables in the target, by those in the source
 * @param columns what is copied to each table, by its name in the target
 * @param options what the person set
 * @param ancestry of the source's tables
 */
record RowSetRules(
    Catalog wanted,
    Map<TableName, TableName> targets,
    Map<TableName, List<ColumnMapping>> columns,
    Options options,
    Ancestry ancestry) {
  private static final String NULLS_EQUAL = "NULLS NOT DISTINCT";

  /**
   * The rules of one table.
   *
   * @param name the table in the source
   * @param from the same under the names that the target has to have
   * @param to the table in the target, as it is there or will be made
   * @param target the catalog that it stands in
   * @param made whether the migration makes it
   */
  List<SetRule> of(TableName name, Table from, Table to, Catalog target, boolean made) {
    if (!from.holdsRows()) {
      return List.of();
    }
    RecoveryPolicy policy = RecoveryPolicy.of(options, ancestry.of(name));
    List<SetRule> declared =
        new DeclaredRules(options, ancestry)
            .ofRows(name).stream().map(rule -> inTarget(rule, policy)).toList();
    List<SetRule> rules = new ArrayList<>();
    for (Key key : to.keys()) {
      if (key.kind() != Key.Kind.EXCLUSION
          && key.columns().stream().allMatch(column -> mapping(to, column).isPresent())
          && !isUnique(from, key)) {
        add(
            rules,
            declared,
            new SetRule.Unique(
                key.columns(),
                !key.definition().contains(NULLS_EQUAL),
                DeclaredRules.keep(policy.duplicates()),
                Optional.empty(),
                Origin.TARGET));
      }
    }
    SetRule.Lacking lacking = lacking(policy, made);
    boolean queued = policy.orphans() != RowRemedy.FAIL;
    for (ForeignKey key : foreignKeys(to, target)) {
      boolean checkedHere = key.valid() || queued;
      if (checkedHere
          && (queued || !refers(from, key))
          && wanted.table(key.referencedTable()).isPresent()) {
        add(
            rules,
            declared,
            new SetRule.Reference(
                key.columns(),
                key.referencedTable(),
                key.referencedColumns(),
                lacking,
                Origin.TARGET));
      }
    }
    rules.addAll(declared);
    return rules.stream().distinct().toList();
  }

  /** What a person said of the same goes before what the target asks for. */
  private static void add(List<SetRule> rules, List<SetRule> declared, SetRule asked) {
    if (declared.stream().noneMatch(rule -> covers(rule, asked))) {
      rules.add(asked);
    }
  }

  private static boolean covers(SetRule declared, SetRule asked) {
    return switch (declared) {
      case SetRule.Unique one ->
          asked instanceof SetRule.Unique other
              && other.nullsDistinct()
              && new HashSet<>(other.columns()).equals(new HashSet<>(one.columns()));
      case SetRule.Reference one ->
          asked instanceof SetRule.Reference other
              && one.columns().equals(other.columns())
              && one.table().equals(other.table())
              && one.referenced().equals(other.referenced());
    };
  }

  /** Those of a table, and those that it has as a partition. */
  private static List<ForeignKey> foreignKeys(Table table, Catalog catalog) {
    List<ForeignKey> all = new ArrayList<>();
    Optional<Table> at = Optional.of(table);
    while (at.isPresent()) {
      all.addAll(at.get().foreignKeys());
      at = at.get().partition().map(Partition::parent).flatMap(catalog::table);
    }
    return all;
  }

  private static SetRule.Lacking lacking(RecoveryPolicy policy, boolean made) {
    return switch (policy.orphans()) {
      case QUEUE -> SetRule.Lacking.QUEUE;
      case MIGRATE_PARENT -> SetRule.Lacking.MIGRATE_PARENT;
      default -> made ? SetRule.Lacking.FAIL : SetRule.Lacking.REFUSED;
    };
  }

  /**
   * What a person declared, with the name that a table has in the target where it is about another
   * one. A row that lacks the row it refers to is set aside at least.
   */
  private SetRule inTarget(SetRule rule, RecoveryPolicy policy) {
    return switch (rule) {
      case SetRule.Unique unique -> unique;
      case SetRule.Reference reference ->
          new SetRule.Reference(
              reference.columns(),
              targets.getOrDefault(reference.table(), reference.table()),
              reference.referenced(),
              policy.orphans() == RowRemedy.FAIL ? reference.lacking() : lacking(policy, true),
              reference.origin());
    };
  }

  /** Whether a key of the source holds what this one asks for, for the values that are copied. */
  private boolean isUnique(Table from, Key asked) {
    boolean nullsEqual = asked.definition().contains(NULLS_EQUAL);
    Set<String> named = new HashSet<>(asked.columns());
    return from.keys().stream()
        .filter(key -> key.kind() != Key.Kind.EXCLUSION)
        .filter(
            key ->
                !nullsEqual
                    || key.kind() == Key.Kind.PRIMARY_KEY
                    || key.definition().contains(NULLS_EQUAL))
        .anyMatch(
            key ->
                named.containsAll(key.columns())
                    && key.columns().stream().allMatch(column -> staysEqual(from, column)));
  }

  private boolean refers(Table from, ForeignKey asked) {
    Optional<Table> parent = wanted.table(asked.referencedTable());
    return foreignKeys(from, wanted).stream()
            .anyMatch(
                key ->
                    key.valid()
                        && key.columns().equals(asked.columns())
                        && key.referencedTable().equals(asked.referencedTable())
                        && key.referencedColumns().equals(asked.referencedColumns()))
        && asked.columns().stream().allMatch(column -> staysEqual(from, column))
        && parent.stream()
            .allMatch(
                table ->
                    asked.referencedColumns().stream()
                        .allMatch(column -> staysEqual(table, column)));
  }

  /**
   * Whether two rows have equal values in a column of the target where they have in the source, and
   * only there: its values are the source's own, in a type that tells them apart, and none is
   * repaired. What the target computes it computes as the source does.
   */
  private boolean staysEqual(Table table, String column) {
    return mapping(table, column)
        .map(
            copied ->
                copied.expression().isEmpty()
                    && TypeCast.of(copied.sourceType(), copied.targetType()).keepsEquality()
                    && copied.rules().stream().allMatch(ColumnRule::setsAside))
        .orElseGet(() -> table.column(column).flatMap(Column::generated).isPresent());
  }

  private Optional<ColumnMapping> mapping(Table table, String column) {
    return Optional.ofNullable(columns.get(table.name())).orElse(List.of()).stream()
        .filter(copied -> copied.target().equals(column))
        .findFirst();
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
