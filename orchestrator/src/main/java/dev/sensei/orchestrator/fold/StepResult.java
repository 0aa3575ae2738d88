package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;

/**
 * What one step made of an input.
 *
 * @param migration the migration after the step; empty where there is none
 * @param table the table that the step was given, or made, after the step
 * @param events for the journal, in order; the last one's sequence is the migration's
 * @param effects for the world, in order
 * @param outcome what became of the input
 * @param reason why; empty where it was simply accepted
 */
public record StepResult(
    Optional<MigrationState> migration,
    Optional<TableState> table,
    List<Event> events,
    List<Effect> effects,
    Outcome outcome,
    String reason) {
  public StepResult {
    events = List.copyOf(events);
    effects = List.copyOf(effects);
  }
}
