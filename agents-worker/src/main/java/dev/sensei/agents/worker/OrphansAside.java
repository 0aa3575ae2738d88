package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.ErrorLimit;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.worker.PlannedReferences.Reference;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.copy.CancelSignal;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.ddl.Statement;
import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.task.ResolveErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Takes rows that refer to rows which are not there out of the target and puts them into the error
 * queue, and then those that refer to them, all in one transaction. The source tells where they
 * stand, so that the validation leaves them out there too.
 *
 * <p>Foreign keys that refer to a table which loses rows are dropped before and made again behind
 * it: what they do ON DELETE would be done to rows that nobody decided about.
 */
final class OrphansAside {
  private final WorkTools tools;
  private final SetAside setAside;

  OrphansAside(WorkTools tools, SetAside setAside) {
    this.tools = tools;
    this.setAside = setAside;
  }

  void run(ApprovedPlan plan, ResolveErrors task, TaskContext context) throws Exception {
    try (Sessions.Lease target = tools.sessions().target(task.getTarget());
        Sessions.Lease source = tools.sessions().source(task.getSource(), task.getSnapshotId())) {
      List<QueuedRow> queued = tools.marks().queued(target.connection(), task.getMigrationId());
      tools
          .decisions()
          .carryOut(
              target.connection(),
              task.getMigrationId(),
              task.getTaskId(),
              "setting rows aside that refer to rows which are not there",
              session -> {
                new Round(plan, task, context, session, source.connection(), queued).run();
                Failpoint.BEFORE_ORPHANS_COMMIT.hit();
              });
      Failpoint.AFTER_ORPHANS_COMMIT.hit();
      source.done();
      target.done();
    } catch (RefusedInside refused) {
      throw refused.reason();
    }
  }

  /** One transaction of the target. */
  private final class Round {
    private final ApprovedPlan plan;
    private final ResolveErrors task;
    private final TaskContext context;
    private final Connection target;
    private final Connection source;
    private final List<QueuedRow> queued;
    private final PlannedReferences references;
    private final Orphans orphans;
    private final Set<Reference> dropped = new LinkedHashSet<>();

    Round(
        ApprovedPlan plan,
        ResolveErrors task,
        TaskContext context,
        Connection target,
        Connection source,
        List<QueuedRow> queued) {
      this.plan = plan;
      this.task = task;
      this.context = context;
      this.target = target;
      this.source = source;
      this.queued = queued;
      this.references = new PlannedReferences(plan);
      this.orphans = new Orphans(references);
    }

    void run() throws SQLException {
      CanonicalSession.pinTransaction(target);
      Deque<Reference> open = new ArrayDeque<>();
      for (Reference reference : references.all()) {
        if (orphans.made(target, reference).filter(Orphans.Made::validated).isEmpty()) {
          add(open, reference);
        }
      }
      while (!open.isEmpty()) {
        Reference reference = open.removeFirst();
        for (TablePlan part : references.partsOf(reference.table().target())) {
          if (setAside(reference, part)) {
            references.to(part).forEach(referring -> add(open, referring));
          }
        }
      }
      makeAgain();
    }

    /** One that the source does not keep either asks nothing of rows that are there. */
    private void add(Deque<Reference> open, Reference reference) {
      if (reference.key().valid() && !open.contains(reference)) {
        open.addLast(reference);
      }
    }

    private boolean setAside(Reference reference, TablePlan part) throws SQLException {
      long found = orphans.count(target, reference, part, ErrorLimit.MOST_ROWS + 1);
      if (found == 0) {
        return false;
      }
      if (found > ErrorLimit.MOST_ROWS) {
        throw refused(
            FailureClass.CONFIGURATION,
            "TOO_MANY_ORPHANS",
            part,
            "expected at most %,d rows of %s that %s lacks rows for, found more: mend the rows that they refer to in the source, and retry those"
                .formatted(ErrorLimit.MOST_ROWS, part.target(), reference.object()));
      }
      TableTask table = tableTask(part).held(target, task);
      for (Reference referring : references.to(part)) {
        drop(referring);
      }
      List<String> columns = SourceRows.identifying(part, reference.key());
      List<List<String>> taken;
      try (SilencedTriggers _ = SilencedTriggers.of(target, part)) {
        taken = orphans.delete(target, reference, part, columns);
      }
      List<RowLocator> places = places(part, columns, taken);
      if (places.size() != taken.size()) {
        throw refused(
            FailureClass.DATA,
            "ORPHANS_NOT_FOUND",
            part,
            "expected %,d rows of %s in the source's snapshot as the target has them, found %,d: nothing was set aside; mend the rows that they refer to in the source, and retry those"
                .formatted(taken.size(), part.source(), places.size()));
      }
      put(table, reference, places);
      return true;
    }

    private TableTask tableTask(TablePlan part) {
      return new TableTask(
          context, plan, part, task.getSource(), task.getTarget(), task.getHighestEpoch());
    }

    private void drop(Reference reference) throws SQLException {
      if (orphans.made(target, reference).isPresent() && dropped.add(reference)) {
        try (java.sql.Statement statement = target.createStatement()) {
          statement.execute(
              reference.alter() + "DROP CONSTRAINT " + SqlIdentifier.quote(reference.key().name()));
        }
      }
    }

    private void makeAgain() throws SQLException {
      for (Reference reference : dropped) {
        List<Statement> statements = reference.statements();
        boolean validated =
            orphans.made(target, reference).filter(Orphans.Made::validated).isPresent();
        for (Statement each : validated ? statements : statements.subList(0, 1)) {
          Statements.execute(target, each);
        }
      }
    }

    /** Where rows of the target stand in the source, but for those that it has left out already. */
    private List<RowLocator> places(TablePlan part, List<String> columns, List<List<String>> values)
        throws SQLException {
      Set<RowLocator> leftOut =
          queued.stream()
              .filter(row -> row.tableIndex() == part.index() && !row.isTaken())
              .map(row -> row.fault().locator())
              .collect(Collectors.toSet());
      return SourceRows.places(source, plan.reading(part), part, columns, values).stream()
          .filter(place -> !leftOut.contains(place))
          .toList();
    }

    private void put(TableTask table, Reference reference, List<RowLocator> places) {
      ErrorFields why =
          new ErrorFields(
              TableBuild.FOREIGN_KEY_VIOLATION,
              Optional.of(table.plan().target().schema()),
              Optional.of(table.plan().target().name()),
              Optional.empty(),
              Optional.of(reference.key().name()),
              Optional.empty());
      try {
        setAside.put(
            source,
            target,
            table,
            QueuedRow.WITHDRAWN,
            places.stream().map(place -> SetAside.Row.open(new RowFault(place, why))).toList(),
            setAside.cipher(table),
            CancelSignal.NEVER);
      } catch (TaskFailure noKey) {
        throw new RefusedInside(noKey);
      }
    }
  }

  private static RefusedInside refused(
      FailureClass failureClass, String code, TablePlan part, String message) {
    return new RefusedInside(
        new TaskFailure(failureClass, code, message, part.source().toString()));
  }
}
