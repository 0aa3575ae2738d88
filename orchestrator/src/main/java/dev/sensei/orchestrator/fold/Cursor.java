package dev.sensei.orchestrator.fold;

import java.util.List;

/**
 * Where work over all tables stands. A step handles one table and asks for the next by {@link
 * Effect.Continue}; continuations of an input are handled first in, first out, before the next
 * input. A table number past either end of the plan ends the work.
 */
public sealed interface Cursor {

  /** The table that the step has to be given, where the plan has one of this number. */
  int table();

  /**
   * Starts tables in the order of the plan, as many as may be in work.
   *
   * @param gathered small tables before this one that are to be done in one go
   */
  record Start(int table, List<GroupMember> gathered) implements Cursor {
    public Start {
      gathered = List.copyOf(gathered);
    }

    Start(int table) {
      this(table, List.of());
    }
  }

  /** Tables of a group that is no more: each goes on by itself, this one first. */
  record Alone(int table, List<Integer> remaining) implements Cursor {
    public Alone {
      remaining = List.copyOf(remaining);
    }
  }

  /** Looks at what {@code waiting} depends on, one table in each step, this one first. */
  record AskDependency(int waiting, int table, List<Integer> remaining) implements Cursor {
    public AskDependency {
      remaining = List.copyOf(remaining);
    }
  }

  /** Tells a table what was found about its dependencies. */
  record Resolve(int table, Readiness readiness) implements Cursor {}

  /** Wakes tables that are blocked, from here to the end. */
  record Wake(int table) implements Cursor {}

  /**
   * Hands out again what a pause, a lost snapshot or a failure left behind.
   *
   * @param retry whether tables that failed or were rolled back start again
   */
  record Sweep(int table, boolean retry) implements Cursor {}

  /**
   * Adds foreign keys, as many tables at once as may be in work.
   *
   * @param gathered small tables before this one that are to be done in one go
   */
  record AddForeignKeys(int table, List<GroupMember> gathered) implements Cursor {
    public AddForeignKeys {
      gathered = List.copyOf(gathered);
    }

    AddForeignKeys(int table) {
      this(table, List.of());
    }
  }

  /**
   * Validates tables, as many at once as may be in work.
   *
   * @param gathered small tables before this one that are to be done in one go
   */
  record Validate(int table, List<GroupMember> gathered) implements Cursor {
    public Validate {
      gathered = List.copyOf(gathered);
    }

    Validate(int table) {
      this(table, List.of());
    }
  }

  /** Tells tables what has become of their rows in the error queue, this one first. */
  record CountErrors(Resolved first, List<Resolved> remaining) implements Cursor {
    public CountErrors {
      remaining = List.copyOf(remaining);
    }

    @Override
    public int table() {
      return first.table();
    }
  }

  /** What has become of a table's rows in the error queue: {@link TableErrors} without its name. */
  record Resolved(
      int table, long open, long skipped, long retried, long corrected, long withdrawn) {
    static Resolved of(TableErrors errors) {
      return new Resolved(
          errors.tableIndex(),
          errors.open(),
          errors.skipped(),
          errors.retried(),
          errors.corrected(),
          errors.withdrawn());
    }
  }

  /** Rolls tables back from the last to the first. */
  record Drain(int table) implements Cursor {}

  /** What a table's dependencies allow. */
  enum Readiness {
    /** All of them are done. */
    READY,
    /** One is not done yet. */
    WAITING,
    /** One failed or was rolled back. */
    FAILED
  }
}
