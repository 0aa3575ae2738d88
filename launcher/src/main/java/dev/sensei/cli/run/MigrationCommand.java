package dev.sensei.cli.run;

import dev.sensei.cli.spec.MigrationSpec;
import java.util.List;

/** What a person may ask of a migration that exists. */
public sealed interface MigrationCommand {
  /** Approve the plan that is waiting. */
  record Approve(boolean acceptExceptions) implements MigrationCommand {}

  /** Turn the plan down; the analysis begins again. */
  record Reject(String reason) implements MigrationCommand {}

  /** Change tables, options and thresholds before approval; the plan is made again. */
  record Amend(MigrationSpec spec) implements MigrationCommand {}

  /** Stop handing out work. */
  record Pause() implements MigrationCommand {}

  /** Go on after a pause, or past a milestone. */
  record Resume() implements MigrationCommand {}

  /** Stop for good, every table rolled back. */
  record Cancel(String reason) implements MigrationCommand {}

  /** Go back to the phase that failed. */
  record Retry() implements MigrationCommand {}

  /** Roll every table back after a pause, a failure or completion. */
  record RollBack(String reason) implements MigrationCommand {}

  /** Try rows of the error queue again: those of these numbers, or all that are open. */
  record RetryErrors(List<Long> numbers) implements MigrationCommand {
    public RetryErrors {
      numbers = List.copyOf(numbers);
    }
  }

  /** Leave rows of the error queue out: those of these numbers, or all that are open. */
  record SkipErrors(List<Long> numbers, String reason) implements MigrationCommand {
    public SkipErrors {
      numbers = List.copyOf(numbers);
    }
  }

  /** Set rows aside that refer to rows of the error queue, so that foreign keys can be made. */
  record SetAsideOrphans() implements MigrationCommand {}

  /** Accept the plan's exceptions after the fact. */
  record Accept() implements MigrationCommand {}
}
