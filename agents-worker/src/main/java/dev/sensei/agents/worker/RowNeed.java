package dev.sensei.agents.worker;

import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.worker.PlannedReferences.Reference;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.SetRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A row that each row of a table needs, unless it refers to none.
 *
 * @param columns the target's columns that refer to it
 * @param types theirs
 * @param table the target's table that they refer to
 * @param referenced its columns, in the same order
 * @param name the foreign key's, or the rule by its text
 * @param key the foreign key of the target; empty where a person declared a rule, which nobody but
 *     the worker holds
 */
record RowNeed(
    List<String> columns,
    List<String> types,
    TableName table,
    List<String> referenced,
    String name,
    Optional<Reference> key) {

  /** What the target's foreign keys and the rules that a person declared ask of a table's rows. */
  static List<RowNeed> of(ApprovedPlan plan, TablePlan table) {
    List<RowNeed> needs = new ArrayList<>();
    for (Optional<TablePlan> at = Optional.of(table); at.isPresent(); at = above(plan, at.get())) {
      for (ForeignKey key : at.get().definition().foreignKeys()) {
        needs.add(
            new RowNeed(
                key.columns(),
                types(table, key.columns()),
                key.referencedTable(),
                key.referencedColumns(),
                key.name(),
                Optional.of(new Reference(at.get(), key))));
      }
    }
    for (SetRule rule : plan.reading(table).setRules()) {
      if (rule instanceof SetRule.Reference reference
          && reference.origin() == ColumnRule.Origin.PERSON) {
        needs.add(
            new RowNeed(
                reference.columns(),
                types(table, reference.columns()),
                reference.table(),
                reference.referenced(),
                reference.text(),
                Optional.empty()));
      }
    }
    return needs;
  }

  private static List<String> types(TablePlan table, List<String> columns) {
    return columns.stream()
        .map(name -> table.definition().column(name).map(Column::type).orElse(""))
        .toList();
  }

  private static Optional<TablePlan> above(ApprovedPlan plan, TablePlan table) {
    return table
        .definition()
        .partition()
        .map(Partition::parent)
        .flatMap(
            name -> plan.tables().stream().filter(each -> each.target().equals(name)).findFirst());
  }

  /** Whether a person declared it. */
  boolean declared() {
    return key.isEmpty();
  }

  /** Whether the source keeps it for all its rows. */
  boolean valid() {
    return key.map(reference -> reference.key().valid()).orElse(true);
  }

  /** Why a row without it is not taken. */
  ErrorFields fault() {
    return new ErrorFields(
        TableBuild.FOREIGN_KEY_VIOLATION,
        key.map(reference -> reference.table().target().schema()),
        key.map(reference -> reference.table().target().name()),
        Optional.empty(),
        Optional.of(name),
        Optional.empty());
  }
}
