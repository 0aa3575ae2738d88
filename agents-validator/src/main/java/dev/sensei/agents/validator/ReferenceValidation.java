package dev.sensei.agents.validator;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.errors.DatabaseErrors;
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
  private final Plans plans;

  ReferenceValidation(DatabaseAccess databases, Plans plans) {
    this.databases = databases;
    this.plans = plans;
  }

  void validate(ValidateReferences task, TaskContext context) throws Exception {
    MigrationPlan plan = plans.migration(task.getMigrationId(), task.getPlanDigest());
    List<TablePlan> tables = plans.tables(task.getMigrationId(), task.getPlanDigest());
    Count count = new Count();
    try (Connection source =
            databases.connections(task.getSource(), DatabaseRole.SOURCE).open(SESSION);
        Connection target =
            databases.connections(task.getTarget(), DatabaseRole.TARGET).open(SESSION)) {
      for (TablePlan table : tables) {
        for (ForeignKey key : table.definition().foreignKeys()) {
          context.throwIfCancelled();
          resolve(target, table.target(), key, count);
        }
      }
      for (TableName sequence : plan.sequences()) {
        context.throwIfCancelled();
        compare(source, target, sequence, count);
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
                    .setNote(
                        "%d foreign keys resolved over the target's rows, %d sequences compared"
                            .formatted(count.foreignKeys, count.sequences))
                    .build())
            .build());
  }

  private static final class Count {
    private long checked;
    private long passed;
    private long foreignKeys;
    private long sequences;
    private final List<String> differences = new ArrayList<>();
  }

  private static void resolve(Connection target, TableName table, ForeignKey key, Count count) {
    count.checked++;
    count.foreignKeys++;
    String what = "foreign key %s of %s".formatted(key.name(), table);
    if (!key.valid()) {
      // The source itself does not vouch for rows from before the constraint.
      count.passed++;
      return;
    }
    long orphans =
        DatabaseErrors.call("resolving " + what, () -> number(target, orphansSql(table, key)));
    if (orphans == 0) {
      count.passed++;
    } else {
      count.differences.add("%s: %d rows refer to nothing".formatted(what, orphans));
    }
  }

  /** Rows that refer to something (no column of the key is null) that is not there. */
  private static String orphansSql(TableName table, ForeignKey key) {
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
        .formatted(table.quoted(), present, key.referencedTable().quoted(), same);
  }

  private static void compare(
      Connection source, Connection target, TableName sequence, Count count) {
    count.checked++;
    count.sequences++;
    String sql = "SELECT last_value, is_called FROM " + sequence.quoted();
    String left = DatabaseErrors.call("reading sequence " + sequence, () -> position(source, sql));
    String right = DatabaseErrors.call("reading sequence " + sequence, () -> position(target, sql));
    if (left.equals(right)) {
      count.passed++;
    } else {
      // The positions themselves are values, and stay here.
      count.differences.add("sequence %s stands elsewhere than in the source".formatted(sequence));
    }
  }

  private static String position(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1) + "/" + row.getBoolean(2);
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
