package dev.sensei.cli.run;

import dev.sensei.cli.display.MigrationView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A connection to a platform, to look at migrations and steer them. */
public interface MigrationControl extends AutoCloseable {
  /** What a connection is for; where nothing runs, no more is started than it takes. */
  enum Purpose {
    /** To read what is there: nothing moves on. */
    LOOK,
    /** To have a command answered: no task is carried out. */
    DECIDE,
    /** To have work done. */
    WORK
  }

  /** Opens connections. */
  interface Connector {
    /**
     * A connection to the platform that is there.
     *
     * @throws dev.sensei.cli.CommandException where none is, with what to do
     */
    MigrationControl connect(PlatformLocation platform, Purpose purpose)
        throws InterruptedException;
  }

  /** How a command was answered. */
  sealed interface Answer {
    /** The command was taken; the state the migration is in now. */
    record Taken(String state) implements Answer {}

    /** The command is not allowed in this state; the reason names what is. */
    record Rejected(String state, String reason) implements Answer {}
  }

  /** Whether work goes on where this leads to, also once this is closed. */
  boolean staysUp();

  /** Every migration, the newest first. */
  List<MigrationView> migrations() throws InterruptedException;

  /** How far a migration is; empty where there is none with this id. */
  Optional<MigrationView> status(String migrationId) throws InterruptedException;

  /** The plan of a migration; empty where there is none with this id, or it has no plan yet. */
  Optional<PlanSummary> plan(String migrationId) throws InterruptedException;

  /** Sends a command and waits for its answer; empty where there is no migration with this id. */
  Optional<Answer> send(String migrationId, MigrationCommand command, String requestedBy)
      throws InterruptedException;

  /**
   * Waits until a migration that is being rolled back is cancelled, or failed to be; empty where
   * that takes longer than the limit, or where there is no such migration.
   */
  Optional<Ended> awaitEnd(String migrationId, Duration limit) throws InterruptedException;

  /**
   * How a migration ended.
   *
   * @param state cancelled, failed or certified
   * @param reason why it failed; empty where it did not
   */
  record Ended(String state, String reason) {}

  /** The error queue of a migration; empty where there is none with this id. */
  Optional<ErrorQueueAccess> errors(String migrationId);

  /**
   * Waits until what was decided about the error queue last is carried out, or failed to be; empty
   * where that takes longer than the limit, or where there is no such migration.
   */
  Optional<Resolved> awaitErrorsResolved(String migrationId, Duration limit)
      throws InterruptedException;

  /**
   * How a decision about the error queue ended.
   *
   * @param failure why it was not carried out to its end; empty where it was
   */
  record Resolved(Optional<String> failure) {}

  /** The journal of migrations. */
  AuditTrail audit();

  @Override
  void close();
}
