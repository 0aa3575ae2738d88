package dev.sensei.agents.state;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** The latest known state of each migration. Safe for use by several threads. */
public interface MigrationStates {
  /** The latest state; empty where none is known (yet). */
  Optional<MigrationStatus> of(String migrationId);

  /** The epoch of a table's run, by its number in the plan; empty where none is known (yet). */
  OptionalInt epochOf(String migrationId, int tableIndex);

  /**
   * Waits until a migration's state is as wanted.
   *
   * @param wanted when to stop waiting; asked again at every change
   * @param givenUp ends the wait when true; asked about every 100 ms
   * @param timeout ends the wait when it is over
   * @return the state that is as wanted, or empty where the wait ended without it
   * @throws InterruptedException where the thread is interrupted
   */
  Optional<MigrationStatus> await(
      String migrationId,
      Predicate<MigrationStatus> wanted,
      BooleanSupplier givenUp,
      Duration timeout)
      throws InterruptedException;
}
