package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.worker.PlannedReferences.Reference;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.schemas.common.FailureClass;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says why a table's foreign keys cannot be made, where rows that they refer to were set aside. */
final class LackingParents {
  /** What the orchestrator knows the failure by: it then waits for a person. */
  static final String CODE = "PARENTS_SET_ASIDE";

  private final WorkTools tools;

  LackingParents(WorkTools tools) {
    this.tools = tools;
  }

  /**
   * The failure that names what each foreign key lacks; empty where none of them refers to a table
   * of which rows were set aside.
   *
   * @param table whose foreign keys the target refused
   */
  Optional<TaskFailure> of(Connection target, TableTask table) {
    PlannedReferences references = new PlannedReferences(table.approved());
    List<QueuedRow> queued =
        tools.marks().queued(target, table.migrationId()).stream()
            .filter(QueuedRow::isMissing)
            .toList();
    return DatabaseErrors.call(
        "looking for rows of %s that refer to rows which are not there".formatted(table.table()),
        () -> {
          Orphans orphans = new Orphans(references);
          List<String> lacking = new ArrayList<>();
          boolean setAside = false;
          for (Reference reference : PlannedReferences.of(table.plan())) {
            long children = 0;
            for (TablePlan part : references.partsOf(table.plan().target())) {
              children += orphans.count(target, reference, part, Long.MAX_VALUE);
            }
            if (children > 0 && reference.key().valid()) {
              long parents = leftOut(references, reference, queued);
              setAside |= parents > 0;
              lacking.add(text(reference, children, parents));
            }
          }
          return setAside
              ? Optional.of(
                  new TaskFailure(
                      FailureClass.DATA, CODE, String.join("; ", lacking), table.table()))
              : Optional.<TaskFailure>empty();
        });
  }

  private static long leftOut(
      PlannedReferences references, Reference reference, List<QueuedRow> queued) {
    List<Integer> parents =
        references.partsOf(reference.key().referencedTable()).stream()
            .map(TablePlan::index)
            .toList();
    return queued.stream().filter(row -> parents.contains(row.tableIndex())).count();
  }

  private static String text(Reference reference, long children, long parents) {
    return "foreign key %s lacks rows of %s: %,d rows of %s refer to rows that are not there, and %,d rows of %s were set aside"
        .formatted(
            reference.key().name(),
            reference.key().referencedTable(),
            children,
            reference.table().target(),
            parents,
            reference.key().referencedTable());
  }
}
