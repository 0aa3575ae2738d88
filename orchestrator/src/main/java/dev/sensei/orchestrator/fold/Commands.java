package dev.sensei.orchestrator.fold;

import java.util.List;

/** What people ask: checked against {@link Lifecycle}, then against its content. */
final class Commands {
  /** The failure that only a further cancel or rollback leads out of. */
  static final String ROLLBACK_INCOMPLETE = "ROLLBACK_INCOMPLETE";

  static final String EXCEPTIONS_NOT_ACCEPTED = "EXCEPTIONS_NOT_ACCEPTED";

  private Commands() {}

  static Decision create(Draft draft, Command.CreateMigration c) {
    draft.emit(
        new Event.MigrationCreated(
            c.migrationId(), c.source(), c.target(), c.options(), c.requestedBy()));
    return draft.accepted();
  }

  static Decision decide(Draft draft, Command command, String commandId) {
    MigrationState m = draft.migration();
    if (command instanceof Command.CreateMigration create) {
      return sameContent(m, create)
          ? new Decision.Dropped(Outcome.DUPLICATE, "the migration was made already, as asked")
          : rejected(
              draft, command, commandId, "a migration of this id with other content is there");
    }
    if (m.drain() != Drain.NONE) {
      return rejected(
          draft,
          command,
          commandId,
          "everything is being rolled back (%s); nothing is allowed until that ends"
              .formatted(m.drainReason()));
    }
    if (!Lifecycle.allows(m.state(), command)) {
      return rejected(draft, command, commandId, notAllowed(m, command));
    }
    String objection = objection(m, command);
    if (!objection.isEmpty()) {
      return rejected(draft, command, commandId, objection);
    }
    carryOut(draft, command);
    return draft.accepted();
  }

  private static void carryOut(Draft draft, Command command) {
    MigrationState m = draft.migration();
    switch (command) {
      case Command.StartMigration c -> Analysis.start(draft, "started", c.requestedBy());
      case Command.ApprovePlan c -> {
        draft.emit(
            new Event.PlanApproved(draft.id(), c.planDigest(), c.approver(), c.acceptExceptions()));
        if (m.options().milestones().contains(Milestone.BEFORE_EXECUTION)) {
          draft.emit(new Event.MilestoneReached(draft.id(), Milestone.BEFORE_EXECUTION));
        } else {
          Execution.start(draft);
        }
      }
      case Command.RejectPlan c -> {
        draft.emit(new Event.PlanRejected(draft.id(), m.planDigest(), c.reason(), c.requestedBy()));
        Analysis.start(draft, "rejected", c.requestedBy());
      }
      case Command.AmendPlan c -> Analysis.plan(draft, "amended", c.options(), c.requestedBy());
      case Command.ContinueMigration c -> {
        Milestone milestone = m.waitingFor();
        if (Errors.waitsForParents(m)) {
          Errors.tryForeignKeys(draft, c.requestedBy());
          return;
        }
        draft.emit(new Event.MilestonePassed(draft.id(), milestone, c.requestedBy()));
        if (milestone == Milestone.BEFORE_EXECUTION) {
          Execution.start(draft);
        } else {
          Validation.start(draft, "completed");
        }
      }
      case Command.RetryErrors c ->
          Errors.resolve(
              draft, new ErrorResolution(ErrorAction.RETRY, c.numbers(), "", c.requestedBy()));
      case Command.SkipErrors c ->
          Errors.resolve(
              draft,
              new ErrorResolution(ErrorAction.SKIP, c.numbers(), c.reason(), c.requestedBy()));
      case Command.SetAsideOrphans c ->
          Errors.resolve(
              draft,
              new ErrorResolution(ErrorAction.SET_ASIDE_ORPHANS, List.of(), "", c.requestedBy()));
      case Command.PauseMigration c ->
          draft.emit(new Event.MigrationPaused(draft.id(), c.requestedBy()));
      case Command.ResumeMigration c -> {
        draft.emit(new Event.MigrationResumed(draft.id(), c.requestedBy()));
        Execution.pursue(draft, false);
      }
      case Command.CancelMigration c -> Cancellation.start(draft, c.reason(), c.requestedBy());
      case Command.RollBackMigration c -> Cancellation.start(draft, c.reason(), c.requestedBy());
      case Command.RetryMigration c -> retry(draft, c.requestedBy());
      case Command.AcceptExceptions c -> {
        draft.emit(new Event.ExceptionsAccepted(draft.id(), c.planDigest(), c.approver()));
        if (failedWith(m, EXCEPTIONS_NOT_ACCEPTED)) {
          draft.emit(new Event.RetryStarted(draft.id(), LifecycleState.VALIDATING, c.approver()));
          Validation.certify(draft);
        }
        Errors.proceedIfSettled(draft, c.approver());
      }
      case Command.CreateMigration c ->
          throw new IllegalStateException("decided before: " + c.migrationId());
    }
  }

  private static void retry(Draft draft, String requestedBy) {
    MigrationState m = draft.migration();
    // A plan that could not be made was about databases as they were found. Whoever asks again has
    // mended one of them.
    boolean newlyFound =
        failedWith(m, Execution.SOURCE_SCHEMA_CHANGED)
            || m.failedPhase() == LifecycleState.PLANNING;
    LifecycleState phase = newlyFound ? LifecycleState.ANALYZING : m.failedPhase();
    draft.emit(new Event.RetryStarted(draft.id(), phase, requestedBy));
    if (draft.migration().drain() != Drain.NONE) {
      return;
    }
    switch (phase) {
      case ANALYZING -> Analysis.start(draft, "retried", requestedBy);
      case RUNNING -> Execution.pursue(draft, true);
      case VALIDATING -> Validation.start(draft, "retried");
      case UNKNOWN,
          CREATED,
          PLANNING,
          AWAITING_APPROVAL,
          APPROVED,
          PAUSED,
          COMPLETED,
          CERTIFIED,
          FAILED,
          CANCELLED ->
          throw new IllegalStateException("no retry begins at " + phase);
    }
  }

  /** Why a command that the state allows is not carried out; empty where it is. */
  private static String objection(MigrationState m, Command command) {
    return switch (command) {
      case Command.ApprovePlan c when !c.planDigest().equals(m.planDigest()) ->
          otherDigest(m, c.planDigest());
      case Command.ApprovePlan c
          when m.options().separateApprover() && c.approver().equals(m.createdBy()) ->
          "the options ask for two people: %s made the migration and cannot approve it; someone else has to"
              .formatted(c.approver());
      case Command.AcceptExceptions c when !c.planDigest().equals(m.planDigest()) ->
          otherDigest(m, c.planDigest());
      case Command.ContinueMigration _ when m.waitingFor() == Milestone.UNKNOWN ->
          "the migration is %s and waits at no milestone".formatted(m.state());
      case Command.ContinueMigration _ when m.resolution().isPresent() ->
          "what was decided about the error queue is being carried out; wait for its end";
      case Command.ContinueMigration _
          when m.waitingFor() == Milestone.ERRORS_OPEN && !Errors.waitsForParents(m) ->
          "%d rows wait in the error queue: retry or skip them, or accept the exceptions"
              .formatted(m.openErrors());
      case Command.PauseMigration _ when Errors.waitsForParents(m) ->
          "it waits for a person already, since foreign keys lack rows that were set aside";
      case Command.AcceptExceptions _ when Errors.waitsForParents(m) ->
          "foreign keys lack rows that were set aside, and cannot be made without them: retry those"
              + " rows, or set aside the rows that refer to them; exceptions can be accepted after"
              + " that";
      case Command.SetAsideOrphans _ -> Errors.objectionToSettingAside(m);
      case Command.RetryErrors c -> Errors.objection(m, c.numbers(), "", c.requestedBy());
      case Command.SkipErrors c -> Errors.objection(m, c.numbers(), c.reason(), c.requestedBy());
      case Command.RetryMigration _ when failedWith(m, ROLLBACK_INCOMPLETE) ->
          "a rollback was asked for and is incomplete: give CancelMigration or RollBackMigration to"
              + " try it again";
      case Command.CreateMigration _,
          Command.StartMigration _,
          Command.ApprovePlan _,
          Command.RejectPlan _,
          Command.AmendPlan _,
          Command.ContinueMigration _,
          Command.PauseMigration _,
          Command.ResumeMigration _,
          Command.CancelMigration _,
          Command.RollBackMigration _,
          Command.RetryMigration _,
          Command.AcceptExceptions _ ->
          "";
    };
  }

  private static String otherDigest(MigrationState m, String found) {
    return "expected the digest of the plan at hand, %s, found %s: read the plan again"
        .formatted(m.planDigest(), found);
  }

  private static String notAllowed(MigrationState m, Command command) {
    var allowed = Lifecycle.allowed(m.state());
    return "%s is not allowed in state %s; allowed: %s"
        .formatted(
            Lifecycle.name(command),
            m.state(),
            allowed.isEmpty() ? "nothing" : String.join(", ", allowed));
  }

  private static Decision rejected(Draft draft, Command command, String commandId, String reason) {
    draft.emit(
        new Event.CommandRejected(
            draft.id(), Lifecycle.name(command), commandId, draft.migration().state(), reason));
    return draft.accepted(Outcome.COMMAND_REJECTED);
  }

  private static boolean failedWith(MigrationState m, String code) {
    return m.state() == LifecycleState.FAILED
        && m.failure().filter(failure -> failure.code().equals(code)).isPresent();
  }

  private static boolean sameContent(MigrationState m, Command.CreateMigration c) {
    return m.source().equals(c.source())
        && m.target().equals(c.target())
        && m.createdBy().equals(c.requestedBy())
        && (m.plan() > 1 || m.options().equals(c.options()));
  }
}
