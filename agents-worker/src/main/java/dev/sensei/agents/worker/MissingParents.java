package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.ErrorQueue;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.schemas.task.ResolveErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Rows that a late row refers to and the target lacks: they are fetched from the source as it is
 * now, with what they refer to themselves, in the transaction that writes the late row. Each is put
 * into the error queue as fetched, so that the Validator knows it.
 *
 * <p>A row that is in the queue is not fetched past it: what becomes of it was, or will be, decided
 * about itself. Nothing holds a row that is fetched but what is looked at here: the target's
 * foreign keys may wait to be made, and rules that a person declared are no constraints.
 */
final class MissingParents {
  /** Rows that are fetched for one. */
  private static final int MOST = 1_000;

  private final SetAside setAside;
  private final LateRow lateRow;
  private final ApprovedPlan plan;
  private final ResolveErrors task;
  private final List<QueuedRow> queued;
  private final PlannedReferences references;

  /**
   * For one task.
   *
   * @param queued what was in the error queue when it began
   */
  MissingParents(
      SetAside setAside,
      LateRow lateRow,
      ApprovedPlan plan,
      ResolveErrors task,
      List<QueuedRow> queued) {
    this.setAside = setAside;
    this.lateRow = lateRow;
    this.plan = plan;
    this.task = task;
    this.queued = queued;
    this.references = new PlannedReferences(plan);
  }

  /** A row of the source, by the number of its table. */
  private record Place(int table, RowLocator locator) {}

  /**
   * Fetches what a row lacks. The table is held at its epoch.
   *
   * @param place where the row stands in the source, as the session sees it
   * @throws dev.sensei.databases.errors.DatabaseException where a row that is fetched is not taken,
   *     or one that a rule of a person asks for is not there
   */
  void fetch(Connection source, Connection target, TableTask table, RowLocator place)
      throws SQLException {
    Round round = new Round(source, target);
    round.complete(table, place);
    if (round.seen.size() > 1) {
      // The session's name is that of the table held last, by which others find who works on it.
      TableTask _ = table.held(target, task);
    }
  }

  /** What is fetched for one late row. */
  private final class Round {
    private final Connection source;
    private final Connection target;
    private final RowLookup lookup = new RowLookup(plan, references);
    private final Set<Place> seen = new HashSet<>();

    Round(Connection source, Connection target) {
      this.source = source;
      this.target = target;
    }

    /** Sees to it that all is there which a row refers to, before the row is written. */
    private void complete(TableTask table, RowLocator place) throws SQLException {
      boolean late = seen.isEmpty();
      seen.add(new Place(table.plan().index(), place));
      for (RowNeed need : RowNeed.of(plan, table.plan())) {
        stopWhereNotWanted(table);
        Optional<List<String>> values = lookup.values(source, table.plan(), need.columns(), place);
        if (values.isEmpty()
            || lookup.isThere(target, need, values.get())
            || comes(table, need, values.get())) {
          continue;
        }
        // Of a late row the server says so itself, if it knows of the foreign key.
        if (need.declared() || (!late && need.valid())) {
          throw DatabaseErrors.rowAtFault(
              "writing a row to " + table.plan().target(), need.fault());
        }
      }
    }

    /** Fetches what a row needs; whether it comes before that row, or is that row. */
    private boolean comes(TableTask child, RowNeed need, List<String> values) throws SQLException {
      for (TablePlan part : references.partsOf(need.table())) {
        Optional<RowLocator> place = lookup.place(source, part, need, values);
        if (place.isEmpty()) {
          continue;
        }
        if (seen.contains(new Place(part.index(), place.get()))) {
          return true;
        }
        if (seen.size() >= MOST || plan.joinsOthers(part)) {
          return false;
        }
        TableTask parent = child.of(part).held(target, task);
        ErrorQueue.Entry entry = entry(parent, new RowFault(place.get(), need.fault()));
        if (isQueued(parent, entry)) {
          return false;
        }
        complete(parent, place.get());
        if (!lookup.isThere(target, need, values)) {
          write(parent, need, values, entry);
        }
        return true;
      }
      return false;
    }

    private void write(TableTask parent, RowNeed need, List<String> values, ErrorQueue.Entry entry)
        throws SQLException {
      RowLocator place = entry.fault().locator();
      holdUnique(parent, place);
      // Under a savepoint it has a number of its own, which the late row does not carry.
      Savepoint apart = target.setSavepoint();
      boolean put =
          ErrorQueue.fetched(
              target,
              parent.key(),
              parent.plan().index(),
              parent.epoch(),
              entry,
              task.getResolution().getRequestedBy());
      if (put) {
        boolean _ = lateRow.write(source, target, parent, place);
      }
      target.releaseSavepoint(apart);
      Failpoint.AFTER_FETCHED.hit();
      // Another attempt may have fetched it meanwhile. And source and target may not agree on what
      // is equal.
      if (!lookup.isThere(target, need, values)) {
        throw DatabaseErrors.rowAtFault("fetching a row of " + parent.table(), need.fault());
      }
    }

    /** What a person declared unique is no constraint of the target. */
    private void holdUnique(TableTask table, RowLocator place) throws SQLException {
      for (SetRule rule : plan.reading(table.plan()).setRules()) {
        if (rule instanceof SetRule.Unique unique && unique.origin() == ColumnRule.Origin.PERSON) {
          Optional<List<String>> values =
              lookup.values(source, table.plan(), unique.columns(), place);
          if (values.isPresent() && lookup.isThere(target, table.plan(), unique, values.get())) {
            throw DatabaseErrors.rowAtFault(
                "fetching a row of " + table.table(),
                new ErrorFields(
                    "23505",
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(unique.text()),
                    Optional.empty()));
          }
        }
      }
    }

    private ErrorQueue.Entry entry(TableTask parent, RowFault fault) {
      try {
        return setAside.entry(source, parent, fault, setAside.cipher(parent));
      } catch (TaskFailure noKey) {
        throw new RefusedInside(noKey);
      }
    }
  }

  private static void stopWhereNotWanted(TableTask table) {
    try {
      table.context().throwIfCancelled();
    } catch (TaskReleasedException released) {
      throw new RefusedInside(released);
    }
  }

  /**
   * Whether a person decides, or decided, about the row with this key; where rows have none, about
   * any row of the table, since a mended one is not told from another.
   */
  private boolean isQueued(TableTask parent, ErrorQueue.Entry entry) {
    boolean noKey = SetAside.keyColumns(parent.plan()).isEmpty();
    return queued.stream()
        .anyMatch(
            row ->
                row.tableIndex() == parent.plan().index()
                    && row.epoch() == parent.epoch()
                    && (noKey || row.keyHash().equals(entry.keyHash()))
                    && !row.isTaken());
  }
}
