package dev.sensei.agents.validator;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.ApprovedPlans;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.databases.catalog.Difference;
import dev.sensei.schemas.common.Outcome;
import dev.sensei.schemas.common.Perspective;
import dev.sensei.schemas.common.PerspectiveResult;
import dev.sensei.schemas.report.StructureValidated;
import dev.sensei.schemas.task.ValidateStructure;
import java.sql.Connection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The structural perspective: the target's catalog is what the plan says it has to be. */
final class StructureValidation {
  private static final String SESSION = "sensei-validator";
  private static final int LISTED = 100;

  private final DatabaseAccess databases;
  private final ApprovedPlans plans;

  StructureValidation(DatabaseAccess databases, ApprovedPlans plans) {
    this.databases = databases;
    this.plans = plans;
  }

  void validate(ValidateStructure task, TaskContext context) throws Exception {
    MigrationPlan plan = plans.plan(task.getMigrationId(), task.getPlanDigest()).migration();
    List<TablePlan> tables = plans.plan(task.getMigrationId(), task.getPlanDigest()).tables();
    Catalog expected =
        plan.expected()
            .withTables(
                tables.stream()
                    .map(TablePlan::definition)
                    .sorted(Comparator.comparing(table -> table.name()))
                    .toList());
    Catalog actual;
    try (Connection target =
        databases.connections(task.getTarget(), DatabaseRole.TARGET).open(SESSION)) {
      Catalog all = CatalogReader.read(target, CatalogScope.ALL);
      // Tables that the target had beside the plan's are none of the migration's business. Schemas
      // are all compared, so that one of ours does not go unseen.
      Set<TableName> planned = tables.stream().map(TablePlan::target).collect(Collectors.toSet());
      actual =
          all.withTables(
              all.tables().stream().filter(table -> planned.contains(table.name())).toList());
    }
    List<Difference> differences = CatalogComparison.compare(expected, actual);
    long objects = count(expected);
    context.report(
        StructureValidated.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setResult(
                PerspectiveResult.newBuilder()
                    .setPerspective(Perspective.STRUCTURAL)
                    .setOutcome(differences.isEmpty() ? Outcome.PASSED : Outcome.FAILED)
                    .setChecked(objects)
                    .setPassed(Math.max(0, objects - differences.size()))
                    .setDifferences(
                        differences.stream().limit(LISTED).map(Difference::toString).toList())
                    .setNote("the target's catalog against the plan, object by object")
                    .build())
            .build());
  }

  private static long count(Catalog catalog) {
    long inTables =
        catalog.tables().stream()
            .mapToLong(
                table ->
                    1L
                        + table.columns().size()
                        + table.keys().size()
                        + table.foreignKeys().size()
                        + table.checks().size()
                        + table.indexes().size())
            .sum();
    return inTables
        + catalog.schemas().size()
        + catalog.extensions().size()
        + catalog.enums().size()
        + catalog.domains().size()
        + catalog.composites().size()
        + catalog.sequences().size()
        + catalog.views().size();
  }
}
