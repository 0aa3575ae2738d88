package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What an event makes of a state. Folding the journal with {@link #evolve} alone gives every state
 * that ever was; nothing else changes a state.
 */
public final class Evolve {
  /** How many names of troubled tables, checks and deviations a header keeps. */
  static final int NAMED = 10;

  private Evolve() {}

  /**
   * The table that {@link #evolve} has to be given for this event, or empty where it needs none.
   */
  public static OptionalInt tableOf(Event event) {
    return switch (event) {
      case Event.OfTable of -> OptionalInt.of(of.tableIndex());
      case Event.OfTask of when of.tableIndex() >= 0 -> OptionalInt.of(of.tableIndex());
      case Event.OfTask _, Event.OfMigration _ -> OptionalInt.empty();
    };
  }

  /**
   * The state after the event.
   *
   * @throws IllegalStateException where the event cannot follow on the state, which no journal that
   *     this fold wrote contains
   */
  public static Slice evolve(Slice before, Event event) {
    if (event instanceof Event.MigrationCreated created) {
      if (before.migration().isPresent()) {
        throw new IllegalStateException("the migration was made already: " + created.migrationId());
      }
      return new Slice(Optional.of(EvolveMigration.created(created)), before.table());
    }
    MigrationEdit edit =
        new MigrationEdit(
            before
                .migration()
                .orElseThrow(
                    () -> new IllegalStateException("no migration " + event.migrationId())));
    edit.sequence++;
    Optional<TableState> table =
        switch (event) {
          case Event.OfTable of -> EvolveTable.evolve(edit, before.table(), of);
          case Event.OfTask of -> EvolveTask.evolve(edit, before.table(), of);
          case Event.OfMigration of -> {
            EvolveMigration.evolve(edit, of);
            yield before.table();
          }
        };
    return new Slice(Optional.of(edit.freeze()), table);
  }

  /** Goes on to the next stage where this one has nothing left. */
  static void settle(MigrationEdit edit) {
    if (edit.stage == Stage.PREPARING && edit.targetPrepared && edit.snapshotAlive) {
      edit.stage = Stage.TABLES;
    }
    if (edit.stage == Stage.TABLES && edit.done == edit.tables) {
      edit.stage = Stage.FOREIGN_KEYS;
      // A group whose last table this was is in work until it is closed.
      edit.nextTable = 0;
    }
  }

  static void trouble(MigrationEdit edit, String name) {
    edit.troubles++;
    if (edit.troubled.size() < NAMED) {
      edit.troubled = append(edit.troubled, name);
    }
  }

  static List<String> append(List<String> names, String name) {
    return Stream.concat(names.stream(), Stream.of(name)).toList();
  }
}
