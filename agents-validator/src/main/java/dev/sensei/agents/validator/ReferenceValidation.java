package dev.sensei.agents.validator;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.ApprovedPlans;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.LedgerMarks.Position;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.Outcome;
import dev.sensei.schemas.common.Perspective;
import dev.sensei.schemas.common.PerspectiveResult;
import dev.sensei.schemas.report.ReferencesValidated;
import dev.sensei.schemas.task.ValidateReferences;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The referential perspective: every foreign key of the plan resolves in the target, counted over
 * the rows and not believed from the catalog, and every sequence stands where the source's does.
 */
final class ReferenceValidation {
  private static final String SESSION = "sensei-validator";
  private static final int LISTED = 100;

  private final DatabaseAccess databases;
  private final ApprovedPlans plans;
  private final LedgerMarks marks = new LedgerMarks(LedgerSettings.DEFAULT);

  ReferenceValidation(DatabaseAccess databases, ApprovedPlans plans) {
    this.databases = databases;
    this.plans = plans;
  }

  void validate(ValidateReferences task, TaskContext context) throws Exception {
    MigrationPlan plan = plans.plan(task.getMigrationId(), task.getPlanDigest()).migration();
    List<TablePlan> tables = plans.plan(task.getMigrationId(), task.getPlanDigest()).tables();
    Count count = new Count();
    try (Connection source =
            databases.connections(task.getSource(), DatabaseRole.SOURCE).open(SESSION);
        Connection target =
            databases.connections(task.getTarget(), DatabaseRole.TARGET).open(SESSION)) {
      seeAllRows(target);
      Set<TableName> partitioned =
          tables.stream()
              .filter(table -> !table.definition().holdsRows())
              .map(TablePlan::target)
              .collect(Collectors.toSet());
      for (TablePlan table : tables) {
        for (ForeignKey key : table.definition().foreignKeys()) {
          context.throwIfCancelled();
          resolve(target, table.target(), key, partitioned, count);
        }
      }
      for (TableName sequence : plan.sequences()) {
        context.throwIfCancelled();
        if (plan.existingRows() == ExistingRows.APPEND) {
          reach(source, sequence, target, plan.targetOf(sequence), count);
        } else {
          compare(source, sequence, target, plan.targetOf(sequence), task.getMigrationId(), count);
        }
      }
    }
    context.report(
        ReferencesValidated.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setResult(
                PerspectiveResult.newBuilder()
                    .setPerspective(Perspective.REFERENTIAL)
                    .setOutcome(count.passed == count.checked ? Outcome.PASSED : Outcome.FAILED)
                    .setChecked(count.checked)
                    .setPassed(count.passed)
                    .setDifferences(count.differences.stream().limit(LISTED).toList())
                    .setNote(count.note())
                    .build())
            .build());
  }

  private static final class Count {
    private long checked;
    private long passed;
    private long foreignKeys;
    private long sequences;
    private long notValid;
    private long movedOn;
    private final List<String> differences = new ArrayList<>();

    String note() {
      return "%d foreign keys resolved over the target's rows, %d sequences compared"
              .formatted(foreignKeys, sequences)
          + (notValid == 0
              ? ""
              : "; %d foreign keys are NOT VALID in the source, and not resolved"
                  .formatted(notValid))
          + (movedOn == 0
              ? ""
              : "; of %d sequences the source has gone on since".formatted(movedOn));
    }
  }

  private static void resolve(
      Connection target, TableName table, ForeignKey key, Set<TableName> partitioned, Count count) {
    if (!key.valid()) {
      // The source itself does not vouch for rows from before the constraint.
      count.notValid++;
      return;
    }
    count.checked++;
    count.foreignKeys++;
    String what = "foreign key %s of %s".formatted(key.name(), table);
    long orphans =
        DatabaseErrors.call(
            "resolving " + what, () -> number(target, orphansSql(table, key, partitioned)));
    if (orphans == 0) {
      count.passed++;
    } else {
      count.differences.add("%s: %d rows refer to nothing".formatted(what, orphans));
    }
  }

  /** Rows that refer to something (no column of the key is null) that is not there. */
  private static String orphansSql(TableName table, ForeignKey key, Set<TableName> partitioned) {
    String present =
        key.columns().stream()
            .map(column -> "child." + SqlIdentifier.quote(column) + " IS NOT NULL")
            .collect(Collectors.joining(" AND "));
    String same =
        IntStream.range(0, key.columns().size())
            .mapToObj(
                at ->
                    "parent."
                        + SqlIdentifier.quote(key.referencedColumns().get(at))
                        + " = child."
                        + SqlIdentifier.quote(key.columns().get(at)))
            .collect(Collectors.joining(" AND "));
    return "SELECT count(*) FROM %s AS child WHERE %s AND NOT EXISTS (SELECT FROM %s AS parent WHERE %s)"
        .formatted(
            rowsOf(table, partitioned), present, rowsOf(key.referencedTable(), partitioned), same);
  }

  /** A key is about the table's own rows, not about those of tables that inherit from it. */
  private static String rowsOf(TableName table, Set<TableName> partitioned) {
    return (partitioned.contains(table) ? "" : "ONLY ") + table.quoted();
  }

  /** A policy must not hide rows, nor a timeout end the count. */
  private static void seeAllRows(Connection target) {
    DatabaseErrors.run(
        "preparing the session of the target",
        () -> {
          try (Statement statement = target.createStatement()) {
            statement.execute(
                "SET row_security = off; SET statement_timeout = 0; SET lock_timeout = 0");
          }
        });
  }

  /**
   * A sequence has to stand where the source's does. Where the source has gone on since, it has to
   * stand where the migration set it.
   */
  private void compare(
      Connection source,
      TableName sequence,
      Connection target,
      TableName there,
      String migrationId,
      Count count) {
    count.checked++;
    count.sequences++;
    String doing = "reading sequence " + sequence;
    Position left = DatabaseErrors.call(doing, () -> LedgerMarks.read(source, sequence));
    Position right = DatabaseErrors.call(doing, () -> LedgerMarks.read(target, there));
    if (left.equals(right)) {
      count.passed++;
      return;
    }
    Optional<Position> set = marks.sequenceSetTo(target, migrationId, there);
    if (set.filter(right::equals).isPresent()) {
      count.passed++;
      count.movedOn++;
    } else {
      // The positions themselves are values, and stay here.
      count.differences.add("sequence %s stands elsewhere than in the source".formatted(there));
    }
  }

  /**
   * Where rows join others, both have taken numbers: the target's sequence has to stand where the
   * source's does, or further on.
   */
  private static void reach(
      Connection source, TableName sequence, Connection target, TableName there, Count count) {
    count.checked++;
    count.sequences++;
    String doing = "reading sequence " + sequence;
    Position left = DatabaseErrors.call(doing, () -> LedgerMarks.read(source, sequence));
    if (DatabaseErrors.call(doing, () -> LedgerMarks.hasReached(target, there, left))) {
      count.passed++;
    } else {
      count.differences.add("sequence %s stands before the source's".formatted(there));
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
