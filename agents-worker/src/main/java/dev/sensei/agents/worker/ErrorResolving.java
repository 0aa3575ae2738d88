package dev.sensei.agents.worker;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.Decisions;
import dev.sensei.databases.ledger.ErrorQueue;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.OnceOutcome;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.ledger.QueuedRow.State;
import dev.sensei.databases.queue.RowCipher;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.schemas.common.ErrorAction;
import dev.sensei.schemas.common.ErrorResolution;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.TableErrors;
import dev.sensei.schemas.report.ErrorsResolved;
import dev.sensei.schemas.task.ResolveErrors;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Carries out what a person decided about rows in the error queue: leaves them out, tries them
 * again as the source has them now, with rows that they refer to, or sets aside what refers to such
 * rows. Each row is decided in a transaction of its own, with the row that it writes, so that a
 * task that is done again goes on where it stopped. What is reported is ended first: an attempt
 * that comes late decides about no row behind it.
 *
 * <p>Tables come in the order of their phases: a row is tried behind those that it refers to.
 */
final class ErrorResolving {
  /** A row that the source does not have any more, in the words of a server: no data. */
  private static final ErrorFields GONE = ErrorFields.ofState("02000");

  /** Others in the queue have its key, and it is not at its place any more: a code of ours. */
  private static final ErrorFields SAME_KEY = ErrorFields.ofState("SN001");

  /** How often rows are tried that lack others. */
  private static final int MOST_PASSES = 16;

  private final LateRow lateRow = new LateRow();
  private final WorkTools tools;
  private final SetAside setAside;
  private final OrphansAside orphans;
  private final Sequences sequences;

  ErrorResolving(WorkTools tools, SetAside setAside) {
    this.tools = tools;
    this.setAside = setAside;
    this.orphans = new OrphansAside(tools, setAside);
    this.sequences = new Sequences(tools);
  }

  void resolve(ResolveErrors task, TaskContext context) throws Exception {
    ApprovedPlan plan = tools.plans().plan(task.getMigrationId(), task.getPlanDigest());
    ErrorResolution resolution = task.getResolution();
    if (resolution.getAction() == ErrorAction.SET_ASIDE_ORPHANS) {
      orphans.run(plan, task, context);
    } else {
      decideAboutQueued(plan, task, context);
    }
    try (Sessions.Lease lease = tools.sessions().target(task.getTarget())) {
      List<TableErrors> counts =
          counts(
              tools.decisions().end(lease.connection(), task.getMigrationId(), task.getTaskId()),
              plan);
      lease.done();
      Failpoint.BEFORE_REPORT.hit();
      context.report(
          ErrorsResolved.newBuilder()
              .setMigrationId(task.getMigrationId())
              .setTaskId(task.getTaskId())
              .setAttempt(task.getAttempt())
              .setAgent(context.agentName())
              .setTables(counts)
              .build());
    }
  }

  private void decideAboutQueued(ApprovedPlan plan, ResolveErrors task, TaskContext context)
      throws Exception {
    try (Sessions.Lease lease = tools.sessions().target(task.getTarget())) {
      Connection target = lease.connection();
      List<QueuedRow> all = tools.marks().queued(target, task.getMigrationId());
      List<QueuedRow> wanted = wanted(all, plan, task.getResolution());
      if (task.getResolution().getAction() == ErrorAction.SKIP) {
        for (QueuedRow row : wanted) {
          skip(target, tableOf(row, plan, task, context), row, task);
        }
      } else {
        retry(target, plan, task, context, all, wanted);
        carrySequences(target, plan, task, context);
      }
      lease.done();
    }
  }

  /** Rows that the source has had since took numbers that its sequences gave since. */
  private void carrySequences(
      Connection target, ApprovedPlan plan, ResolveErrors task, TaskContext context)
      throws Exception {
    boolean newer =
        tools.marks().queued(target, task.getMigrationId()).stream()
            .anyMatch(row -> row.state() == State.CORRECTED || row.state() == State.FETCHED);
    if (newer) {
      try (Sessions.Lease reading = tools.sessions().source(task.getSource())) {
        List<TableName> _ = sequences.carry(reading.connection(), target, plan, context);
        reading.done();
      }
    }
  }

  /** The open rows that were meant. Numbers of rows that are decided already are passed over. */
  private static List<QueuedRow> wanted(
      List<QueuedRow> all, ApprovedPlan plan, ErrorResolution resolution) throws TaskFailure {
    Set<Long> unknown = new TreeSet<>(resolution.getNumbers());
    all.forEach(row -> unknown.remove(row.number()));
    if (!unknown.isEmpty()) {
      throw new TaskFailure(
          FailureClass.CONFIGURATION,
          "NO_SUCH_ERROR",
          "the error queue has no rows of these numbers: %s; list it and give others"
              .formatted(unknown.stream().limit(10).toList()));
    }
    Set<Long> numbers = new HashSet<>(resolution.getNumbers());
    boolean onlyOrphans = resolution.getAction() == ErrorAction.MIGRATE_PARENTS;
    return all.stream()
        .filter(row -> row.state() == State.OPEN)
        .filter(row -> !onlyOrphans || lacksParent(row, plan))
        .filter(row -> numbers.isEmpty() || numbers.contains(row.number()))
        .toList();
  }

  /** Whether it lacks a row that it refers to, and the plan says that such rows are migrated. */
  private static boolean lacksParent(QueuedRow row, ApprovedPlan plan) {
    return row.fault().kind().equals(TableBuild.FOREIGN_KEY_VIOLATION)
        && plan.reading(plan.tables().get(row.tableIndex())).setRules().stream()
            .anyMatch(
                rule ->
                    rule instanceof SetRule.Reference reference
                        && reference.lacking() == SetRule.Lacking.MIGRATE_PARENT);
  }

  private static TableTask tableOf(
      QueuedRow row, ApprovedPlan plan, ResolveErrors task, TaskContext context)
      throws TaskFailure {
    return new TableTask(
        context,
        plan,
        plan.table(row.tableIndex()),
        task.getSource(),
        task.getTarget(),
        Math.toIntExact(row.epoch()));
  }

  private void skip(Connection target, TableTask table, QueuedRow row, ResolveErrors task)
      throws TaskFailure {
    decide(
        target,
        table,
        task,
        session -> {
          boolean _ =
              ErrorQueue.decide(
                  session,
                  row.number(),
                  State.SKIPPED,
                  task.getResolution().getRequestedBy(),
                  task.getResolution().getReason());
        });
  }

  /** Does it at the table's epoch, unless another attempt has ended the decision. */
  private void decide(Connection target, TableTask table, ResolveErrors task, Ledger.Once work)
      throws TaskFailure {
    OnceOutcome outcome =
        tools
            .marks()
            .at(
                target,
                table.key(),
                table.epoch(),
                "deciding about a row of " + table.table(),
                session -> {
                  if (Decisions.isBeingCarriedOut(
                      session, task.getMigrationId(), task.getTaskId())) {
                    work.run(session);
                  }
                });
    if (outcome instanceof OnceOutcome.Superseded superseded) {
      throw table.superseded(superseded.currentEpoch());
    }
  }

  private void retry(
      Connection target,
      ApprovedPlan plan,
      ResolveErrors task,
      TaskContext context,
      List<QueuedRow> all,
      List<QueuedRow> wanted)
      throws Exception {
    List<QueuedRow> parentsFirst = new ArrayList<>(wanted);
    List<TablePlan> tables = plan.tables();
    parentsFirst.sort(
        Comparator.comparingInt((QueuedRow row) -> tables.get(row.tableIndex()).phase())
            .thenComparingInt(QueuedRow::tableIndex)
            .thenComparingLong(QueuedRow::number));
    boolean byNumber = !task.getResolution().getNumbers().isEmpty();
    for (QueuedRow row : parentsFirst) {
      TableTask table = tableOf(row, plan, task, context);
      if (byNumber && table.joinsOthers()) {
        throw new TaskFailure(
            FailureClass.CONFIGURATION,
            "ROWS_HAVE_JOINED",
            "rows of %s have joined those of others and cannot be told from them once one comes later: skip row %d of the error queue"
                .formatted(table.table(), row.number()),
            table.table());
      }
    }
    MissingParents parents = new MissingParents(setAside, lateRow, plan, task, all);
    Map<String, Long> keys = all.stream().collect(groupingBy(ErrorResolving::keyOf, counting()));
    List<QueuedRow> untried = parentsFirst;
    for (int pass = 1; pass <= MOST_PASSES && !untried.isEmpty(); pass++) {
      List<QueuedRow> lacking = new ArrayList<>();
      for (QueuedRow row : untried) {
        context.throwIfCancelled();
        TableTask table = tableOf(row, plan, task, context);
        if (table.joinsOthers()) {
          continue;
        }
        RowCipher cipher = setAside.cipher(table);
        try (Sessions.Lease reading = tools.sessions().source(task.getSource())) {
          boolean onlyOne = Long.valueOf(1).equals(keys.get(keyOf(row)));
          if (retry(reading.connection(), target, table, row, onlyOne, cipher, task, parents)) {
            lacking.add(row);
          }
          reading.done();
        }
      }
      // What they lack may have been tried behind them, so that they are tried the other way round.
      untried = lacking.size() < untried.size() ? lacking.reversed() : List.of();
    }
  }

  /** What rows of a table with the same key have in common. */
  private static String keyOf(QueuedRow row) {
    return row.tableIndex() + " " + row.epoch() + " " + row.keyHash();
  }

  /** Tries one; whether it lacks a row that it refers to. */
  private boolean retry(
      Connection source,
      Connection target,
      TableTask table,
      QueuedRow row,
      boolean keyIsItsOwn,
      RowCipher cipher,
      ResolveErrors task,
      MissingParents parents)
      throws Exception {
    if (isKeptByNobodyElse(table, row)) {
      failedAgain(target, table, task, row, row.fault().fields());
      return false;
    }
    CurrentRow current =
        CurrentRow.find(
            source, tools.marks().content(target, row), table, row, keyIsItsOwn, cipher);
    try {
      if (current.locator().isEmpty()) {
        boolean hasKey = !SetAside.keyColumns(table.plan()).isEmpty();
        failedAgain(target, table, task, row, hasKey && !keyIsItsOwn ? SAME_KEY : GONE);
        return false;
      }
      RowLocator place = current.locator().get();
      decide(
          target,
          table,
          task,
          session -> {
            // Whoever comes second waits here, and finds the row decided.
            if (ErrorQueue.decide(
                session,
                row.number(),
                current.unchanged() ? State.RETRIED : State.CORRECTED,
                task.getResolution().getRequestedBy(),
                task.getResolution().getReason())) {
              parents.fetch(source, session, table, place);
              if (lateRow.write(source, session, table, place) && current.unchanged()) {
                ErrorQueue.corrected(session, row.number());
              }
            }
          });
      return false;
    } catch (DatabaseException refused) {
      if (!refused.mayBeOfARow()) {
        throw refused;
      }
      failedAgain(target, table, task, row, refused.fields());
      return refused.sqlState().equals(TableBuild.FOREIGN_KEY_VIOLATION);
    } catch (RefusedInside refused) {
      throw refused.reason();
    } finally {
      CurrentRow.release(source);
    }
  }

  /** Whether a rule that a person declared finds others equal to it: no constraint would. */
  private static boolean isKeptByNobodyElse(TableTask table, QueuedRow row) {
    return table.approved().reading(table.plan()).setRules().stream()
        .filter(rule -> rule instanceof SetRule.Unique)
        .filter(rule -> rule.origin() == ColumnRule.Origin.PERSON)
        .anyMatch(
            rule -> row.fault().fields().constraint().filter(rule.text()::equals).isPresent());
  }

  private void failedAgain(
      Connection target, TableTask table, ResolveErrors task, QueuedRow row, ErrorFields why)
      throws TaskFailure {
    decide(target, table, task, session -> ErrorQueue.failedAgain(session, row.number(), why));
  }

  private static List<TableErrors> counts(List<QueuedRow> all, ApprovedPlan plan)
      throws TaskFailure {
    List<TableErrors> counts = new ArrayList<>();
    // What a rule left out was nobody's to decide.
    List<QueuedRow> decided = all.stream().filter(row -> row.state() != State.LEFT_OUT).toList();
    for (int index : decided.stream().map(QueuedRow::tableIndex).distinct().toList()) {
      List<QueuedRow> rows = decided.stream().filter(row -> row.tableIndex() == index).toList();
      counts.add(
          TableErrors.newBuilder()
              .setTableIndex(index)
              .setTable(plan.table(index).source().toString())
              .setOpen(count(rows, State.OPEN))
              .setSkipped(count(rows, State.SKIPPED))
              .setRetried(count(rows, State.RETRIED))
              .setCorrected(count(rows, State.CORRECTED) + count(rows, State.FETCHED))
              .setFetched(count(rows, State.FETCHED))
              .setWithdrawn(rows.stream().filter(row -> row.chunk() == QueuedRow.WITHDRAWN).count())
              .build());
    }
    return counts;
  }

  private static long count(List<QueuedRow> rows, State state) {
    return rows.stream().filter(row -> row.state() == state).count();
  }
}
