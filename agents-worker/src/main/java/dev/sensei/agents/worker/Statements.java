package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.databases.ddl.Statement;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.CreatedObject;
import dev.sensei.databases.ledger.Ledger;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs statements of a plan on the target, each exactly once: its mark in the ledger is made in the
 * same transaction, so a task that is done again goes on where it stopped.
 */
final class Statements {
  private static final String SETTINGS =
      "SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL check_function_bodies = off";

  private final Ledger ledger;

  Statements(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Runs those of the statements that are not marked yet.
   *
   * @param kind what they are for; with a statement's place in the list it makes the mark
   * @return what the statements are about, in order, each once
   */
  List<String> run(Connection target, TaskContext context, String kind, List<Statement> statements)
      throws TaskReleasedException {
    List<String> objects = new ArrayList<>();
    for (int at = 0; at < statements.size(); at++) {
      context.throwIfCancelled();
      Statement statement = statements.get(at);
      CreatedObject mark = new CreatedObject(kind, identity(at, statement));
      ledger.once(
          target,
          context.task().migrationId(),
          mark,
          "building " + statement.object(),
          session -> {
            try (java.sql.Statement run = session.createStatement()) {
              run.execute(SETTINGS);
              run.execute(statement.sql());
            }
            if (kind.startsWith(TableBuild.INDEXES)) {
              Failpoint.MID_INDEX_BUILD.hit();
            }
          });
      if (!objects.contains(statement.object())) {
        objects.add(statement.object());
      }
    }
    return List.copyOf(objects);
  }

  /** What marks the statement at a place of its list. */
  static String identity(int at, Statement statement) {
    return "%05d %s".formatted(at, statement.object());
  }
}
