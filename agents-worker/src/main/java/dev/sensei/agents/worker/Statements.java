package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.databases.ddl.Statement;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.CreatedObject;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.OnceOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Runs statements of a plan on the target, each exactly once: its mark in the ledger is made in the
 * same transaction, so a task that is done again goes on where it stopped.
 */
final class Statements {
  private static final String SETTINGS =
      "SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL check_function_bodies = off";

  private final Ledger ledger;
  private final LedgerMarks marks;

  Statements(Ledger ledger, LedgerMarks marks) {
    this.ledger = ledger;
    this.marks = marks;
  }

  /** Runs one statement unless it is marked. */
  @FunctionalInterface
  private interface Marking {
    void once(CreatedObject mark, String doing, Ledger.Once work) throws TaskFailure;
  }

  /**
   * Runs those of the target's statements that are not marked yet.
   *
   * @param kind what they are for; with a statement's place in the list it makes the mark
   * @return what the statements are about, in order, each once
   */
  List<String> run(Connection target, TaskContext context, String kind, List<Statement> statements)
      throws TaskReleasedException, TaskFailure {
    String migrationId = context.task().migrationId();
    return run(
        context,
        kind,
        statements,
        (mark, doing, work) -> ledger.once(target, migrationId, mark, doing, work));
  }

  /**
   * The same for statements of one table, which run at the table's epoch alone.
   *
   * @throws TaskFailure where another epoch holds
   */
  List<String> run(Connection target, TableTask table, String kind, List<Statement> statements)
      throws TaskReleasedException, TaskFailure {
    return run(
        table.context(),
        kind,
        statements,
        (mark, doing, work) -> {
          switch (marks.onceAt(target, table.key(), table.epoch(), mark, doing, work)) {
            case OnceOutcome.Done done -> {}
            case OnceOutcome.Superseded superseded ->
                throw table.superseded(superseded.currentEpoch());
          }
        });
  }

  private static List<String> run(
      TaskContext context, String kind, List<Statement> statements, Marking marking)
      throws TaskReleasedException, TaskFailure {
    Set<String> objects = new LinkedHashSet<>();
    for (int at = 0; at < statements.size(); at++) {
      context.throwIfCancelled();
      Statement statement = statements.get(at);
      marking.once(
          new CreatedObject(kind, identity(at, statement)),
          "building " + statement.object(),
          session -> {
            execute(session, statement);
            if (kind.startsWith(TableBuild.INDEXES)) {
              Failpoint.MID_INDEX_BUILD.hit();
            }
          });
      objects.add(statement.object());
    }
    return List.copyOf(objects);
  }

  private static void execute(Connection target, Statement statement) throws SQLException {
    try (java.sql.Statement run = target.createStatement()) {
      run.execute(SETTINGS);
      run.execute(statement.sql());
    }
  }

  /** What marks the statement at a place of its list. */
  static String identity(int at, Statement statement) {
    return "%05d %s".formatted(at, statement.object());
  }
}
