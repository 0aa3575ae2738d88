package dev.sensei.cli.system;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.run.Decision;
import dev.sensei.cli.run.MigrationControl.Answer;
import dev.sensei.cli.run.RunListener;
import dev.sensei.schemas.command.ApprovePlan;
import dev.sensei.schemas.command.RejectPlan;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.common.Milestone;
import dev.sensei.schemas.event.PlanApproved;
import dev.sensei.schemas.event.PlanningStarted;
import dev.sensei.schemas.state.Drain;
import dev.sensei.schemas.state.MigrationState;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * Follows a migration until it ends or waits for somebody who is not here, shows how far it is, and
 * passes on what the person decides.
 */
final class Follower {
  private static final Duration REFRESH = Duration.ofMillis(250);
  private static final Set<LifecycleState> ENDS =
      Set.of(LifecycleState.CERTIFIED, LifecycleState.FAILED, LifecycleState.CANCELLED);

  private final Connection connection;
  private final RunListener listener;
  private final String requestedBy;

  Follower(Connection connection, RunListener listener, String requestedBy) {
    this.connection = connection;
    this.listener = listener;
    this.requestedBy = requestedBy;
  }

  /** How following ended. */
  enum End {
    /** The migration is certified, failed or cancelled. */
    OVER,
    /** The plan, or a milestone, waits for a person. */
    WAITING,
    /**
     * All is moved but rows in the error queue, about which a person has to decide; perhaps without
     * foreign keys, which lack them.
     */
    ERRORS_OPEN
  }

  /**
   * Follows.
   *
   * @param leaving the sequence that the migration has to have passed before its state counts,
   *     since a command was just taken; 0 for any
   */
  End follow(String migrationId, long leaving) throws InterruptedException {
    long version = -1;
    Silence silence =
        new Silence(
            connection.kafka().bootstrapServers(), connection::kafkaAnswers, listener::note);
    while (true) {
      long newer = connection.states().awaitNewer(version, REFRESH);
      Optional<StateFeed.Snapshot> found = connection.states().of(migrationId);
      if (found.isEmpty() || found.get().migration().getSequence() <= leaving) {
        silence.goesOn();
        version = newer;
        continue;
      }
      StateFeed.Snapshot snapshot = found.get();
      MigrationState migration = snapshot.migration();
      listener.progress(
          Views.of(snapshot, connection.rowEstimates(migrationId, migration.getPlanDigest())));
      if (newer != version) {
        silence.ends();
      } else {
        silence.goesOn();
      }
      version = newer;
      if (migration.getDrain() != Drain.NONE) {
        // Tables that are taken back may fail on the way; the end is what follows the drain.
        continue;
      }
      if (ENDS.contains(migration.getState())) {
        return End.OVER;
      }
      if (migration.getResolution() != null) {
        // A decision about rows at fault, whose command was ended, is carried out first.
        continue;
      }
      if (migration.getWaitingFor() == Milestone.ERRORS_OPEN) {
        return End.ERRORS_OPEN;
      }
      if (migration.getWaitingFor() != Milestone.UNKNOWN) {
        listener.note(
            "The migration waits at the milestone %s; \"%s\" lets it go on."
                .formatted(migration.getWaitingFor(), listener.command("resume", migrationId)));
        return End.WAITING;
      }
      if (migration.getState() == LifecycleState.PAUSED) {
        return End.WAITING;
      }
      if (migration.getState() == LifecycleState.AWAITING_APPROVAL) {
        Optional<SpecificRecord> answer = decide(migration);
        if (answer.isEmpty()) {
          return End.WAITING;
        }
        Optional<Answer.Rejected> rejected =
            connection.ask(migrationId, answer.get(), listener::note);
        if (rejected.isPresent() && !isApprovedAsAsked(migrationId, answer.get())) {
          throw refused(migrationId, rejected.get());
        }
        awaitPast(migrationId, migration.getSequence(), silence);
        silence.ends();
      }
    }
  }

  private Optional<SpecificRecord> decide(MigrationState migration) throws InterruptedException {
    String id = migration.getMigrationId();
    String digest = migration.getPlanDigest();
    return switch (listener.decide(connection.plan(id, digest))) {
      case Decision.Approve approve ->
          Optional.of(
              ApprovePlan.newBuilder()
                  .setMigrationId(id)
                  .setPlanDigest(digest)
                  .setApprover(approve.approver())
                  .setAcceptExceptions(approve.acceptExceptions())
                  .build());
      case Decision.Reject reject ->
          Optional.of(
              RejectPlan.newBuilder()
                  .setMigrationId(id)
                  .setReason(reject.reason())
                  .setRequestedBy(requestedBy)
                  .build());
      case Decision.Wait wait -> Optional.empty();
    };
  }

  /** Sends a command of the person; a rejection ends the run with its reason. */
  void send(String migrationId, SpecificRecord command) throws InterruptedException {
    Optional<Answer.Rejected> rejected = connection.ask(migrationId, command, listener::note);
    if (rejected.isPresent()) {
      throw refused(migrationId, rejected.get());
    }
  }

  /**
   * Sends a command that takes up a migration as it was seen. Where it is refused since the
   * migration is in another state by now, by somebody else's word or by itself, the command is not
   * wanted any more, and the migration is followed as it is.
   */
  void takeUp(MigrationState seen, SpecificRecord command) throws InterruptedException {
    String migrationId = seen.getMigrationId();
    Optional<Answer.Rejected> rejected = connection.ask(migrationId, command, listener::note);
    if (rejected.isEmpty()) {
      return;
    }
    String stands = rejected.get().state();
    if (stands.equals(named(LifecycleState.UNKNOWN)) || stands.equals(named(seen.getState()))) {
      throw refused(migrationId, rejected.get());
    }
    listener.note("It is %s by now; following it.".formatted(stands.replace('_', ' ')));
  }

  private static String named(LifecycleState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private static CommandException refused(String migrationId, Answer.Rejected rejected) {
    return new CommandException(
        ExitCode.FAILED,
        "not allowed while %s is %s: %s"
            .formatted(migrationId, rejected.state(), rejected.reason()));
  }

  /**
   * Whether the very plan was approved meanwhile, with what is asked: by somebody else, or by a
   * command like this one that was killed once it had sent its approval.
   */
  private boolean isApprovedAsAsked(String migrationId, SpecificRecord answer) {
    if (!(answer instanceof ApprovePlan asked)) {
      return false;
    }
    boolean[] given = new boolean[1];
    connection
        .journal()
        .forEach(
            migrationId,
            found -> {
              switch (found.event()) {
                case PlanApproved approved ->
                    given[0] =
                        approved.getPlanDigest().equals(asked.getPlanDigest())
                            && (approved.getExceptionsAccepted() || !asked.getAcceptExceptions());
                case PlanningStarted again -> given[0] = false;
                default -> {
                  // Nothing else gives an approval or voids one.
                }
              }
            });
    return given[0];
  }

  private void awaitPast(String migrationId, long sequence, Silence silence)
      throws InterruptedException {
    long version = -1;
    while (connection
        .states()
        .of(migrationId)
        .map(now -> now.migration().getSequence() <= sequence)
        .orElse(true)) {
      version = connection.states().awaitNewer(version, REFRESH);
      silence.goesOn();
    }
  }
}
