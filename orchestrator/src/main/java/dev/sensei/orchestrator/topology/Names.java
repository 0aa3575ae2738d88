package dev.sensei.orchestrator.topology;

/**
 * The names of the application, its stores and its nodes. They are part of what an installation
 * keeps: topics of the stores are named after them, so none may change.
 */
public final class Names {
  /** The application, its group, and the prefix of its stores' topics. */
  public static final String APPLICATION = "sensei-orchestrator";

  /** Who writes, as records say. */
  public static final String SOURCE = "sensei/orchestrator";

  /** Headers of migrations, with the hash of their last journal record. */
  public static final String MIGRATIONS = "migrations";

  /** Tables of migrations, by {@code migration/index}. */
  public static final String TABLES = "tables";

  /** Deadlines of tasks, by task. */
  public static final String TIMERS = "timers";

  /** Work over all tables that did not fit into one go, by migration. */
  public static final String CONTINUATIONS = "continuations";

  static final String COMMANDS_SOURCE = "commands";
  static final String REPORTS_SOURCE = "reports";
  static final String PROCESSOR = "fold";
  static final String JOURNAL_SINK = "journal";
  static final String STATE_SINK = "state";
  static final String DEAD_LETTERS_SINK = "dead-letters";
  static final String TASKS_SINK_PREFIX = "tasks-";

  private Names() {}
}
