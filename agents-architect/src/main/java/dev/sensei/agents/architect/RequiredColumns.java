package dev.sensei.agents.architect;

import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.agents.architect.mapping.TableOrigin;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableRule;
import dev.sensei.schemas.common.FailureClass;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Columns of tables in the target that take no row without a value: each has to get one. */
final class RequiredColumns {
  private RequiredColumns() {}

  /**
   * The first that gets none.
   *
   * @param source the source's table, under the names that the target has to have
   * @param to the target's
   */
  static Optional<Refused> unfilled(
      Table source, Table to, ExistingTable existing, TableOrigin origin, Catalog target) {
    if (to.rules().stream().anyMatch(RequiredColumns::mayGiveValues)) {
      // That it acts on rows is a risk of the plan.
      return Optional.empty();
    }
    Set<String> filled =
        existing.columns().stream().map(ColumnMapping::target).collect(Collectors.toSet());
    return to.columns().stream()
        .filter(column -> !filled.contains(column.name()) && needsValue(column, target))
        .findFirst()
        .map(column -> refused(column, source, to, origin));
  }

  /** Only a trigger that sees each row before it is written can change it. */
  private static boolean mayGiveValues(TableRule rule) {
    return ExistingTable.firesForRows(rule)
        && rule.definition().contains(" BEFORE INSERT ")
        && rule.definition().contains(" FOR EACH ROW ");
  }

  private static boolean needsValue(Column column, Catalog target) {
    return column.required()
        && column.defaultExpression().isEmpty()
        && column.identity().isEmpty()
        && column.generated().isEmpty()
        && target.domains().stream()
            .filter(domain -> domain.name().toString().equals(column.type()))
            .noneMatch(domain -> domain.defaultExpression().isPresent());
  }

  private static Refused refused(Column column, Table source, Table to, TableOrigin origin) {
    String found =
        source
            .column(column.name())
            .map(from -> "one of type %s, which it cannot take".formatted(from.type()))
            .orElse("none");
    return new Refused(
        FailureClass.CONFIGURATION,
        "REQUIRED_COLUMN",
        "expected a source for column %s of %s in the target, which is NOT NULL without a default, found %s; add it in the mapping of %s, or give it a default"
            .formatted(column.name(), to.name(), found, origin.source()),
        to.name() + "." + SqlIdentifier.quoteWhereNeeded(column.name()));
  }
}
