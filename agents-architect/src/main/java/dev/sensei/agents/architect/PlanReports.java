package dev.sensei.agents.architect;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.schemas.common.PlanException;
import dev.sensei.schemas.report.PlanCompleted;
import dev.sensei.schemas.report.TablePlanned;
import dev.sensei.schemas.task.PlanMigration;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** A plan as reports: one for each table, then one for the whole. */
record PlanReports(PlanMigration asked, TaskContext context, PlanInput input) {
  private static final long SMALL_BYTES = 1 << 20;

  List<SpecificRecord> of(Planned planned) {
    List<SpecificRecord> reports = new ArrayList<>();
    planned.tables().forEach(table -> reports.add(table(table)));
    reports.add(completed(planned));
    return reports;
  }

  private TablePlanned table(TablePlan plan) {
    return TablePlanned.newBuilder()
        .setMigrationId(asked.getMigrationId())
        .setTaskId(asked.getTaskId())
        .setAttempt(asked.getAttempt())
        .setAgent(context.agentName())
        .setPlan(asked.getPlan())
        .setTable(plan.source().toString())
        .setTableIndex(plan.index())
        .setTargetTable(plan.target().toString())
        .setPhase(plan.phase())
        .setDependsOn(plan.dependsOn())
        .setRowEstimate(plan.rowEstimate())
        .setByteEstimate(plan.byteEstimate())
        .setForeignKeys(!plan.foreignKeys().isEmpty())
        .setSmall(isSmall(plan))
        .setConfidence(plan.confidence())
        .setDefinition(PlanJson.write(plan))
        .build();
  }

  /**
   * Whether a table's rows are so few that what its tasks cost would outweigh them. It has to be
   * one that the migration makes, so that nothing of it is anybody else's, and that waits for none.
   */
  private boolean isSmall(TablePlan plan) {
    return plan.created()
        && plan.definition().holdsRows()
        && plan.dependsOn().isEmpty()
        && !plan.hasRules()
        && plan.byteEstimate() <= SMALL_BYTES
        && plan.rowEstimate() <= asked.getOptions().getChunkRows();
  }

  private PlanCompleted completed(Planned planned) {
    String definition = PlanJson.write(planned.migration());
    return PlanCompleted.newBuilder()
        .setMigrationId(asked.getMigrationId())
        .setTaskId(asked.getTaskId())
        .setAttempt(asked.getAttempt())
        .setAgent(context.agentName())
        .setPlan(asked.getPlan())
        .setPlanDigest(PlanJson.digest(definition))
        .setTables(planned.tables().size())
        .setPhases(planned.migration().phases().size())
        .setRowEstimate(planned.tables().stream().mapToLong(TablePlan::rowEstimate).sum())
        .setByteEstimate(planned.tables().stream().mapToLong(TablePlan::byteEstimate).sum())
        .setEstimatedSeconds(planned.migration().estimatedSeconds())
        .setConfidence(planned.tables().stream().mapToDouble(TablePlan::confidence).min().orElse(1))
        .setFlaggedMappings(flagged(planned))
        .setExceptions(
            planned.migration().exceptions().stream()
                .map(each -> new PlanException(each.kind(), each.object(), each.reason()))
                .toList())
        .setRisks(planned.migration().risks())
        .setDefinition(definition)
        .build();
  }

  private int flagged(Planned planned) {
    return (int)
        planned.tables().stream()
            .flatMap(TablePlan::mappings)
            .mapToDouble(ColumnMapping::confidence)
            .filter(confidence -> confidence <= input.options().getAutoApproveAbove())
            .count();
  }
}
