package dev.sensei.orchestrator.fold;

import java.util.List;

/**
 * What a person asks of a migration. Each record and field has its counterpart, with its
 * documentation, in {@code commands.avdl}.
 */
public sealed interface Command {
  /** The migration it is for. */
  MigrationId migrationId();

  /** Make a migration; it waits for StartMigration. */
  record CreateMigration(
      MigrationId migrationId,
      DatabaseReference source,
      DatabaseReference target,
      Options options,
      String requestedBy)
      implements Command {}

  /** Begin the analysis. */
  record StartMigration(MigrationId migrationId, String requestedBy) implements Command {}

  /** Approve the plan with this digest, and nothing else. */
  record ApprovePlan(
      MigrationId migrationId, String planDigest, String approver, boolean acceptExceptions)
      implements Command {}

  /** Turn the plan down; the analysis begins again. */
  record RejectPlan(MigrationId migrationId, String reason, String requestedBy)
      implements Command {}

  /** Change the options before approval; the plan is made again. */
  record AmendPlan(MigrationId migrationId, Options options, String requestedBy)
      implements Command {}

  /** Go on after a milestone. */
  record ContinueMigration(MigrationId migrationId, String requestedBy) implements Command {}

  /** Stop handing out work; what is under way stops within a batch. */
  record PauseMigration(MigrationId migrationId, String requestedBy) implements Command {}

  /** Go on from the last checkpoint. */
  record ResumeMigration(MigrationId migrationId, String requestedBy) implements Command {}

  /** Stop for good: every table is rolled back. */
  record CancelMigration(MigrationId migrationId, String reason, String requestedBy)
      implements Command {}

  /** Roll every table back after a pause, a failure or completion. */
  record RollBackMigration(MigrationId migrationId, String reason, String requestedBy)
      implements Command {}

  /** Go back to the phase that failed, at its last checkpoint. */
  record RetryMigration(MigrationId migrationId, String requestedBy) implements Command {}

  /** Try rows of the error queue again, as the source has them now. */
  record RetryErrors(MigrationId migrationId, List<Long> numbers, String requestedBy)
      implements Command {
    public RetryErrors {
      numbers = List.copyOf(numbers);
    }
  }

  /** Leave rows of the error queue out; who asks accepts that. */
  record SkipErrors(MigrationId migrationId, List<Long> numbers, String reason, String requestedBy)
      implements Command {
    public SkipErrors {
      numbers = List.copyOf(numbers);
    }
  }

  /**
   * Set rows aside that refer to rows which are not in the target, so that foreign keys can be
   * made.
   */
  record SetAsideOrphans(MigrationId migrationId, String requestedBy) implements Command {}

  /** Accept the exceptions of a plan after the fact, so that it can be certified with them. */
  record AcceptExceptions(MigrationId migrationId, String planDigest, String approver)
      implements Command {}
}
