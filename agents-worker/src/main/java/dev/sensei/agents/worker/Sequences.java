package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.TableName;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.schemas.common.ExistingRows;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where sequences stand. That is no part of a snapshot, so it is carried behind all rows, and again
 * behind rows that the source has had since.
 */
final class Sequences {
  private static final String SEQUENCE = "sequence ";

  private final WorkTools tools;

  Sequences(WorkTools tools) {
    this.tools = tools;
  }

  /**
   * Sets all that the plan carries to where those of the source stand now.
   *
   * @return their names in the target
   */
  List<TableName> carry(
      Connection source, Connection target, ApprovedPlan approved, TaskContext context)
      throws TaskReleasedException {
    MigrationPlan plan = approved.migration();
    String migrationId = context.task().migrationId();
    Set<TableName> shared = shared(approved);
    List<TableName> carried = new ArrayList<>();
    for (TableName sequence : plan.sequences()) {
      context.throwIfCancelled();
      LedgerMarks.Position position =
          DatabaseErrors.call(
              "reading sequence " + sequence, () -> LedgerMarks.read(source, sequence));
      TableName there = plan.targetOf(sequence);
      if (shared.contains(there)) {
        tools.marks().advanceSequence(target, migrationId, there, position);
      } else {
        tools.marks().setSequence(target, migrationId, there, position);
      }
      carried.add(there);
    }
    return carried;
  }

  /** Sequences that were in the target before, where rows join those of others. */
  private static Set<TableName> shared(ApprovedPlan approved) {
    MigrationPlan plan = approved.migration();
    if (plan.existingRows() != ExistingRows.APPEND) {
      return Set.of();
    }
    Set<String> made = new HashSet<>();
    plan.preData().forEach(statement -> made.add(statement.object()));
    approved.tables().stream()
        .filter(TablePlan::created)
        .flatMap(table -> table.definition().columns().stream())
        .flatMap(column -> column.identity().stream())
        .flatMap(identity -> identity.sequence().stream())
        .forEach(sequence -> made.add(SEQUENCE + sequence.name()));
    return plan.sequences().stream()
        .map(plan::targetOf)
        .filter(sequence -> !made.contains(SEQUENCE + sequence))
        .collect(Collectors.toUnmodifiableSet());
  }
}
