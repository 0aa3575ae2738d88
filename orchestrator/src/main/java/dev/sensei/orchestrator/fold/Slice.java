package dev.sensei.orchestrator.fold;

import java.util.Optional;

/**
 * The part of a migration's state that one step sees: its header and at most one table.
 *
 * @param migration empty before the migration is made
 * @param table the table that the step's input or event names, where there is one
 */
public record Slice(Optional<MigrationState> migration, Optional<TableState> table) {

  /** What a step sees of a migration that is not there. */
  public static Slice nothing() {
    return new Slice(Optional.empty(), Optional.empty());
  }
}
