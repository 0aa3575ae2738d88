package dev.sensei.agents.architect;

import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.agents.architect.mapping.PartitionColumns;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.rules.RuleFit;
import dev.sensei.databases.rules.TypeCast;
import dev.sensei.schemas.common.DeclaredRule;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.Recovery;
import dev.sensei.schemas.common.RowRemedy;
import dev.sensei.schemas.common.RuleKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What keeps a plan's rules from being held. */
final class RuleObstacles {
  private final PlanInput input;
  private final Ancestry ancestry;
  private final Map<String, TablePlan> tables = new LinkedHashMap<>();

  private RuleObstacles(PlanInput input, Ancestry ancestry, Collection<TablePlan> plans) {
    this.input = input;
    this.ancestry = ancestry;
    plans.forEach(plan -> tables.put(plan.source().toString(), plan));
  }

  static Optional<Refused> find(PlanInput input, Ancestry ancestry, Collection<TablePlan> plans) {
    RuleObstacles obstacles = new RuleObstacles(input, ancestry, plans);
    return obstacles
        .unknownTables()
        .or(
            () ->
                input.options().getRules().stream()
                    .flatMap(rule -> obstacles.declared(rule).stream())
                    .findFirst())
        .or(() -> plans.stream().flatMap(plan -> obstacles.misfits(plan).stream()).findFirst());
  }

  private Optional<Refused> unknownTables() {
    return Stream.concat(
            input.options().getRecovery().stream()
                .map(Recovery::getTable)
                .filter(table -> !table.isEmpty())
                .map(table -> List.of("recovery", table)),
            input.options().getRules().stream().map(rule -> List.of("rules", rule.getTable())))
        .filter(named -> !tables.containsKey(named.getLast()))
        .findFirst()
        .map(
            named ->
                refused(
                    "RULE_TABLE_UNKNOWN",
                    "expected a table in scope in %s, found %s; write it as the source has it, or take it out"
                        .formatted(named.getFirst(), named.getLast()),
                    named.getLast()));
  }

  private Optional<Refused> declared(DeclaredRule rule) {
    TablePlan plan = Optional.ofNullable(tables.get(rule.getTable())).orElseThrow();
    List<String> named = new ArrayList<>(rule.getColumns());
    Optional.ofNullable(rule.getOrderBy()).ifPresent(named::add);
    Optional<Refused> unknown = unknownColumn(plan, named);
    if (unknown.isPresent()) {
      return unknown;
    }
    if (rule.getKind() == RuleKind.REFERENCE) {
      TablePlan parent = tables.get(rule.getReferencedTable());
      if (parent == null) {
        return Optional.of(
            refused(
                "RULE_TABLE_UNKNOWN",
                "expected a table in scope that rules of %s refer to, found %s; write it as the source has it, or take the rule out"
                    .formatted(rule.getTable(), rule.getReferencedTable()),
                rule.getReferencedTable()));
      }
      return unknownColumn(parent, rule.getReferencedColumns());
    }
    if (rule.getKind() == RuleKind.UNIQUE) {
      return overPartitions(plan, rule);
    }
    if (rule.getRemedy() == RowRemedy.USE_DEFAULT) {
      Column to = plan.definition().column(rule.getColumns().getFirst()).orElseThrow();
      if (DeclaredRules.defaultOf(rule, to).isEmpty()) {
        return Optional.of(
            refused(
                "RULE_DEFAULT_UNKNOWN",
                "expected a constant as the default of %s, found %s; give a literal: {remedy: default, default: ...}"
                    .formatted(
                        named(plan.source(), to.name()),
                        to.defaultExpression().isPresent() ? "an expression" : "none"),
                named(plan.source(), to.name())));
      }
    }
    return Optional.empty();
  }

  /**
   * Equal rows are looked for in each partition by itself: none is in another one where the columns
   * hold all that decides in which one a row is.
   */
  private Optional<Refused> overPartitions(TablePlan top, DeclaredRule rule) {
    return tables.values().stream()
        .filter(plan -> ancestry.of(plan.source()).contains(top.source()))
        .flatMap(plan -> input.wanted().table(plan.target()).stream())
        .flatMap(table -> table.partitionKey().stream())
        .filter(
            key ->
                PartitionColumns.of(key)
                    .filter(columns -> rule.getColumns().containsAll(columns))
                    .isEmpty())
        .findFirst()
        .map(
            key ->
                refused(
                    "RULE_PARTITIONED",
                    "expected a unique rule of the partitioned table %s over all columns of its key, %s, found (%s): equal rows may be in several partitions, each of which is looked at by itself; name the others in with, or take the rule out"
                        .formatted(top.source(), key, String.join(", ", rule.getColumns())),
                    named(top.source(), rule.getColumns().getFirst())));
  }

  private static Optional<Refused> unknownColumn(TablePlan plan, List<String> columns) {
    return columns.stream()
        .filter(column -> plan.columns().stream().noneMatch(each -> each.target().equals(column)))
        .findFirst()
        .map(
            column ->
                refused(
                    "RULE_COLUMN_UNKNOWN",
                    "expected a column that is copied to %s, found %s; write it as the target has it, or take the rule out"
                        .formatted(plan.target(), SqlIdentifier.quoteWhereNeeded(column)),
                    named(plan.source(), column)));
  }

  private Optional<Refused> misfits(TablePlan plan) {
    for (ColumnMapping column : plan.columns()) {
      Optional<String> reason =
          RuleFit.refusal(column.rules(), TypeCast.of(column.sourceType(), column.targetType()));
      if (reason.isPresent()) {
        return Optional.of(
            refused(
                "RULE_REFUSED",
                named(plan.source(), column.target()) + ": " + reason.get(),
                named(plan.source(), column.target())));
      }
    }
    return Optional.empty();
  }

  /** A column of the target, as messages name it: behind its table's name in the source. */
  private static String named(TableName table, String column) {
    return table + "." + SqlIdentifier.quoteWhereNeeded(column);
  }

  private static Refused refused(String code, String message, String object) {
    return new Refused(FailureClass.CONFIGURATION, code, message, object);
  }
}
