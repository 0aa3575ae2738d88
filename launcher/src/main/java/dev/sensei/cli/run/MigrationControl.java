package dev.sensei.cli.run;

import dev.sensei.cli.display.MigrationView;
import java.util.List;
import java.util.Optional;

/** A connection to a platform, to look at migrations and steer them. */
public interface MigrationControl extends AutoCloseable {
  /** Opens connections. */
  interface Connector {
    /**
     * A connection to the platform that is there.
     *
     * @throws dev.sensei.cli.CommandException where none is, with what to do
     */
    MigrationControl connect(PlatformLocation platform) throws InterruptedException;
  }

  /** How a command was answered. */
  sealed interface Answer {
    /** The command was taken; the state the migration is in now. */
    record Taken(String state) implements Answer {}

    /** The command is not allowed in this state; the reason names what is. */
    record Rejected(String state, String reason) implements Answer {}
  }

  /** Every migration, the newest first. */
  List<MigrationView> migrations() throws InterruptedException;

  /** How far a migration is; empty where there is none with this id. */
  Optional<MigrationView> status(String migrationId) throws InterruptedException;

  /** The plan of a migration; empty where there is none with this id, or it has no plan yet. */
  Optional<PlanSummary> plan(String migrationId) throws InterruptedException;

  /** Sends a command and waits for its answer; empty where there is no migration with this id. */
  Optional<Answer> send(String migrationId, MigrationCommand command, String requestedBy)
      throws InterruptedException;

  /** The journal of migrations. */
  AuditTrail audit();

  @Override
  void close();
}
