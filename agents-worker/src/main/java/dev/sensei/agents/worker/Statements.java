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
import java.util.List;
import java.util.stream.IntStream;

/**
 * Runs statements of a plan on the target, each exactly once: its mark in the ledger is made in the
 * same transaction, so a task that is done again goes on where it stopped.
 */
final class Statements {
  /**
   * Definitions are read under these settings, as they were written under them. Memory for builds:
   * what the server is set to, or an eighth of what it shares, from 64 to 256 MB. More of it makes
   * no index faster that is sorted, and several sessions have it at once.
   */
  private static final String SETTINGS =
      """
      SET LOCAL check_function_bodies = off;
      SET LOCAL DateStyle = 'ISO';
      SET LOCAL IntervalStyle = 'postgres';
      SET LOCAL array_nulls = on;
      SELECT pg_catalog.set_config('maintenance_work_mem', greatest(
          pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem')) / 1024,
          least(262144, greatest(65536,
            pg_catalog.pg_size_bytes(pg_catalog.current_setting('shared_buffers')) / 8192)))
        || 'kB', true)\
      """;

  private final Ledger ledger;
  private final LedgerMarks marks;

  Statements(Ledger ledger, LedgerMarks marks) {
    this.ledger = ledger;
    this.marks = marks;
  }

  /**
   * A statement of a table's plan.
   *
   * @param mark what it is known by in the ledger
   */
  record Marked(CreatedObject mark, Statement statement) {
    /**
     * The statements of a list.
     *
     * @param kind what they are for; with a statement's place in the list it makes the mark
     */
    static List<Marked> of(String kind, List<Statement> statements) {
      return IntStream.range(0, statements.size())
          .mapToObj(
              at -> {
                Statement statement = statements.get(at);
                return new Marked(new CreatedObject(kind, identity(at, statement)), statement);
              })
          .toList();
    }

    private String doing() {
      return "building " + statement.object();
    }
  }

  /**
   * Runs those of the target's statements that are not marked yet, one after the other.
   *
   * @param kind what they are for; with a statement's place in the list it makes the mark
   * @return what the statements are about, in order, each once
   */
  List<String> run(Connection target, TaskContext context, String kind, List<Statement> statements)
      throws TaskReleasedException {
    String migrationId = context.task().migrationId();
    List<Marked> all = Marked.of(kind, statements);
    for (Marked each : all) {
      context.throwIfCancelled();
      ledger.once(
          target,
          migrationId,
          each.mark(),
          each.doing(),
          session -> execute(session, each.statement()));
    }
    return objects(all);
  }

  /**
   * Runs a statement of a table, unless it is marked, at the table's epoch alone.
   *
   * @throws TaskFailure where another epoch holds
   */
  void run(Connection target, TableTask table, Marked marked) throws TaskFailure {
    OnceOutcome outcome =
        marks.onceAt(
            target,
            table.key(),
            table.epoch(),
            marked.mark(),
            marked.doing(),
            session -> {
              execute(session, marked.statement());
              if (marked.statement().buildsIndex()) {
                Failpoint.MID_INDEX_BUILD.hit();
              }
            });
    switch (outcome) {
      case OnceOutcome.Done done -> {}
      case OnceOutcome.Superseded superseded -> throw table.superseded(superseded.currentEpoch());
    }
  }

  /** What statements are about, in order, each once. */
  static List<String> objects(List<Marked> statements) {
    return statements.stream().map(each -> each.statement().object()).distinct().toList();
  }

  /** Runs a statement under the settings that definitions are read by. */
  static void execute(Connection target, Statement statement) throws SQLException {
    try (java.sql.Statement run = target.createStatement()) {
      // Expressions may hold braces, which JDBC would take for its own escapes.
      run.setEscapeProcessing(false);
      prepare(run);
      run.execute(statement.sql());
    }
  }

  /** Sets what builds need, up to the end of the transaction. */
  static void prepare(java.sql.Statement run) throws SQLException {
    run.execute(SETTINGS);
  }

  /** What marks the statement at a place of its list. */
  static String identity(int at, Statement statement) {
    return "%05d %s".formatted(at, statement.object());
  }
}
