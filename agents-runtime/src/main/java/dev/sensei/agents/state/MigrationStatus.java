package dev.sensei.agents.state;

import dev.sensei.schemas.common.LifecycleState;
import java.time.Instant;

/**
 * What an agent needs to know of a migration's state.
 *
 * @param migrationId the migration
 * @param state where it is in its life
 * @param draining whether everything is being rolled back: only cleaning up is wanted
 * @param since when the orchestrator wrote this state, to the millisecond
 */
public record MigrationStatus(
    String migrationId, LifecycleState state, boolean draining, Instant since) {

  /** Whether the migration will never want anything again. */
  public boolean isOver() {
    return state == LifecycleState.CERTIFIED || state == LifecycleState.CANCELLED;
  }

  /** Whether work that moves the migration forward should stop. */
  public boolean stopsWork() {
    return isOver() || draining || state == LifecycleState.PAUSED || state == LifecycleState.FAILED;
  }
}
