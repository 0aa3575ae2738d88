package dev.sensei.agents.scout;

import dev.sensei.agents.state.MigrationStates;
import dev.sensei.agents.state.MigrationStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** The state of the one migration of a test, set by hand. */
final class HeldStates implements MigrationStates {
  private static final long LOOK_MILLIS = 20;

  private Optional<MigrationStatus> status = Optional.empty();

  synchronized void set(MigrationStatus now) {
    status = Optional.of(now);
    notifyAll();
  }

  @Override
  public synchronized Optional<MigrationStatus> of(String migrationId) {
    return status;
  }

  @Override
  public OptionalInt epochOf(String migrationId, int tableIndex) {
    return OptionalInt.empty();
  }

  @Override
  public synchronized Optional<MigrationStatus> await(
      String migrationId,
      Predicate<MigrationStatus> wanted,
      BooleanSupplier givenUp,
      Duration timeout)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (status.filter(wanted).isEmpty()
        && !givenUp.getAsBoolean()
        && System.nanoTime() - deadline < 0) {
      wait(LOOK_MILLIS);
    }
    return status.filter(wanted);
  }
}
