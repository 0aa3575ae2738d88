package dev.sensei.cli.system;

import dev.sensei.agents.journal.PlanDocuments;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.Transformations;
import dev.sensei.cli.run.PlanSummary;
import dev.sensei.schemas.event.PlanCompleted;

/** Plans as a person reads them, made from the journal's. */
final class PlanSummaries {
  private PlanSummaries() {}

  static PlanSummary of(PlanDocuments documents) {
    PlanCompleted plan = documents.completed();
    return new PlanSummary(
        plan.getMigrationId(),
        plan.getPlanDigest(),
        documents.tables().stream()
            .map(
                table ->
                    new PlanSummary.PlannedTable(
                        table.getTable(),
                        table.getTargetTable(),
                        table.getPhase(),
                        table.getRowEstimate(),
                        table.getConfidence(),
                        Transformations.of(PlanJson.readTable(table.getDefinition()))))
            .toList(),
        plan.getPhases(),
        plan.getRowEstimate(),
        plan.getByteEstimate(),
        plan.getEstimatedSeconds(),
        plan.getFlaggedMappings(),
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
}
