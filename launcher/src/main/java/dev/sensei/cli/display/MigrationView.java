package dev.sensei.cli.display;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How far a migration is, as a person sees it.
 *
 * @param migrationId the migration
 * @param state the state of its life, in the words of the contract, lower case
 * @param phase which of the five phases it is in, or ended in
 * @param condition how it stands in that phase
 * @param waitsFor what a person has to do so that it goes on; empty where it goes on by itself
 * @param tables the tables in scope, in the order of work; empty before there is a plan
 */
public record MigrationView(
    String migrationId,
    String state,
    Phase phase,
    Condition condition,
    Optional<String> waitsFor,
    List<TableProgress> tables) {

  /** The five phases, in order. */
  public enum Phase {
    ANALYZE,
    PLAN,
    APPROVE,
    MOVE,
    VALIDATE;

    /** The phase's name as shown. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How a migration stands in its phase. */
  public enum Condition {
    /** Work is under way. */
    WORKING,
    /** A person has to answer. */
    WAITING,
    /** A person stopped it for now. */
    PAUSED,
    /** It failed, and waits for retry, rollback or cancel. */
    FAILED,
    /** It is being rolled back, or is cancelled. */
    CANCELLED,
    /** The phase is the last one, and done. */
    DONE
  }

  /** Where a table is. */
  public enum TableState {
    WAITING,
    PREPARING,
    COPYING,
    COMPLETING,
    DONE,
    BLOCKED,
    FAILED,
    ROLLING_BACK,
    ROLLED_BACK;

    /** The state's name as shown. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * How far a table is.
   *
   * @param name the source table
   * @param state where it is
   * @param rowsDone rows in the target
   * @param rowsExpected rows expected, an estimate; may be less than {@code rowsDone}
   * @param bytesDone bytes written
   */
  public record TableProgress(
      String name, TableState state, long rowsDone, long rowsExpected, long bytesDone) {}

  public MigrationView {
    tables = List.copyOf(tables);
  }

  /** Rows in the target. */
  public long rowsDone() {
    return tables.stream().mapToLong(TableProgress::rowsDone).sum();
  }

  /** Rows expected, no less than are done. */
  public long rowsExpected() {
    return tables.stream()
        .mapToLong(table -> Math.max(table.rowsDone(), table.rowsExpected()))
        .sum();
  }

  /** Bytes written. */
  public long bytesDone() {
    return tables.stream().mapToLong(TableProgress::bytesDone).sum();
  }

  /** How many tables are in a state. */
  public long count(TableState state) {
    return tables.stream().filter(table -> table.state() == state).count();
  }
}
