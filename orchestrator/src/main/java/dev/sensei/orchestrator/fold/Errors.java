package dev.sensei.orchestrator.fold;

import java.util.Optional;

/** What becomes of rows in the error queue, once all tables are done. */
final class Errors {
  private Errors() {}

  /** Goes on to the validation, unless a person has to decide about rows, or wants to be asked. */
  static void proceed(Draft draft) {
    MigrationState m = draft.migration();
    if (m.openErrors() > 0 && !m.exceptionsAccepted()) {
      draft.emit(new Event.MilestoneReached(draft.id(), Milestone.ERRORS_OPEN));
    } else if (m.options().milestones().contains(Milestone.BEFORE_VALIDATION)) {
      draft.emit(new Event.MilestoneReached(draft.id(), Milestone.BEFORE_VALIDATION));
    } else {
      Validation.start(draft, "completed");
    }
  }

  /** Goes on where the migration waited for the rows alone and need not any more. */
  static void proceedIfSettled(Draft draft, String requestedBy) {
    MigrationState m = draft.migration();
    if (m.waitingFor() == Milestone.ERRORS_OPEN
        && m.resolution().isEmpty()
        && (m.openErrors() == 0 || m.exceptionsAccepted())) {
      draft.emit(new Event.MilestonePassed(draft.id(), Milestone.ERRORS_OPEN, requestedBy));
      proceed(draft);
    }
  }

  static void resolve(Draft draft, ErrorResolution resolution) {
    draft.emit(new Event.ErrorResolutionStarted(draft.id(), resolution));
    draft.issueOnce(TaskKind.RESOLVE_ERRORS);
  }

  static void resolved(Draft draft, Report.ErrorsResolved r) {
    String requestedBy =
        draft.migration().resolution().map(ErrorResolution::requestedBy).orElse("");
    draft.emit(new Event.ErrorsResolved(draft.id(), r.tables()));
    proceedIfSettled(draft, requestedBy);
  }

  /** Why rows of the error queue cannot be decided about now; empty where they can. */
  static String objection(MigrationState m) {
    if (m.resolution().isPresent()) {
      return "another decision about the error queue is being carried out; wait for its end";
    }
    if (m.openErrors() == 0) {
      return "no row of the error queue waits for a decision";
    }
    if (m.targetReleased()) {
      return "the ledger is gone from the target, and the error queue with it";
    }
    return "";
  }

  /** Why a table cannot go on with so many rows set aside; empty where it can. */
  static Optional<String> overTheLimit(MigrationState m, long setAside) {
    long most = m.options().errorMaxRows();
    return setAside > most
        ? Optional.of("%d rows were set aside, errors.maxRows allows %d".formatted(setAside, most))
        : Optional.empty();
  }

  /** The same for the part of all rows, once all are read. */
  static Optional<String> overTheLimit(MigrationState m, long setAside, long taken) {
    double most = m.options().errorMaxPercent();
    return setAside > 0 && setAside * 100.0 > most * (setAside + taken)
        ? Optional.of(
            "%d of %d rows were set aside, errors.maxPercent allows %s percent"
                .formatted(setAside, setAside + taken, most))
        : overTheLimit(m, setAside);
  }
}
