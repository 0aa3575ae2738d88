package dev.sensei.cli.system;

import dev.sensei.agents.journal.PlanDocuments;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableText;
import dev.sensei.cli.run.PlanSummary;
import dev.sensei.cli.run.PlanSummary.PlannedRule;
import dev.sensei.cli.run.PlanSummary.PlannedTable;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.schemas.event.PlanCompleted;
import dev.sensei.schemas.event.TablePlanned;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plans as a person reads them, made from the journal's. */
final class PlanSummaries {
  private final MigrationPlan migration;
  private final Map<TableName, TablePlan> byTarget = new HashMap<>();

  private PlanSummaries(MigrationPlan migration, List<TablePlan> tables) {
    this.migration = migration;
    tables.forEach(table -> byTarget.put(table.target(), table));
  }

  static PlanSummary of(PlanDocuments documents) {
    PlanCompleted plan = documents.completed();
    MigrationPlan migration = PlanJson.readMigration(plan.getDefinition());
    List<TablePlan> tables =
        documents.tables().stream()
            .map(TablePlanned::getDefinition)
            .map(PlanJson::readTable)
            .toList();
    PlanSummaries summaries = new PlanSummaries(migration, tables);
    return new PlanSummary(
        plan.getMigrationId(),
        plan.getPlanDigest(),
        tables.stream().map(summaries::table).toList(),
        plan.getPhases(),
        plan.getRowEstimate(),
        plan.getByteEstimate(),
        plan.getEstimatedSeconds(),
        plan.getFlaggedMappings(),
        migration.errorLimit().text(),
        plan.getExceptions().stream()
            .map(
                exception ->
                    exception.getKind()
                        + " "
                        + exception.getObject()
                        + ": "
                        + exception.getReason())
            .toList(),
        plan.getRisks());
  }

  private PlannedTable table(TablePlan table) {
    List<String> declared = TableText.declared(table);
    List<PlannedRule> rules =
        TableText.rules(table).stream()
            .map(rule -> new PlannedRule(rule.column(), rule.text(), rule.repairs()))
            .toList();
    boolean asItIs = declared.isEmpty() && rules.isEmpty();
    return new PlannedTable(
        table.source().toString(),
        table.target().toString(),
        table.created(),
        root(table),
        table.phase(),
        table.rowEstimate(),
        table.confidence(),
        declared,
        asItIs || !table.definition().holdsRows()
            ? ""
            : TableText.query(table, migration.errorLimit()),
        rules,
        TableText.textColumns(table),
        TableText.toLookAt(table, migration));
  }

  /** The partitioned table at the top of those that a table is a partition of, or the table. */
  private String root(TablePlan table) {
    TablePlan at = table;
    Optional<TablePlan> up = Optional.of(table);
    while (up.isPresent()) {
      at = up.get();
      up =
          at.definition()
              .partition()
              .map(Partition::parent)
              .flatMap(parent -> Optional.ofNullable(byTarget.get(parent)));
    }
    return at.source().toString();
  }
}
