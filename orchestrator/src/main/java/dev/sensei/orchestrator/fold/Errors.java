package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;

/**
 * What becomes of rows in the error queue, once all tables are done. A person decides about them
 * before the validation; and before that where foreign keys cannot be made without them.
 */
final class Errors {
  /**
   * The failure of a table's foreign keys where rows that they refer to were set aside, as workers
   * report it.
   */
  static final String PARENTS_SET_ASIDE = "PARENTS_SET_ASIDE";

  /** Rows that may be named in one decision. */
  private static final int MOST_NUMBERS = 1_000;

  /** Characters of a reason, and of a name, which each row keeps. */
  private static final int MOST_REASON = 1_000;

  private static final int MOST_NAME = 100;

  /** Rows of a table that the error queue takes, with those that a rule left out. */
  private static final long MOST_ROWS = 10_000;

  private Errors() {}

  /**
   * Goes on to the validation, unless a person has to decide about rows, or wants to be asked.
   * Where the plan says that rows which others refer to are migrated, that is done first, by the
   * word of whoever approved it.
   */
  static void proceed(Draft draft) {
    MigrationState m = draft.migration();
    if (m.openErrors() == 0) {
      validate(draft);
      return;
    }
    draft.emit(new Event.MilestoneReached(draft.id(), Milestone.ERRORS_OPEN));
    if (m.options().migratesParents()) {
      resolve(
          draft,
          new ErrorResolution(
              ErrorAction.MIGRATE_PARENTS, List.of(), "recovery.orphans", m.approver()));
    }
  }

  private static void validate(Draft draft) {
    if (draft.migration().options().milestones().contains(Milestone.BEFORE_VALIDATION)) {
      draft.emit(new Event.MilestoneReached(draft.id(), Milestone.BEFORE_VALIDATION));
    } else {
      Validation.start(draft, "completed");
    }
  }

  /** Goes on where the migration waited for the rows alone and need not any more. */
  static void proceedIfSettled(Draft draft, String requestedBy) {
    MigrationState m = draft.migration();
    if (m.state() == LifecycleState.COMPLETED
        && m.waitingFor() == Milestone.ERRORS_OPEN
        && m.resolution().isEmpty()
        && (m.openErrors() == 0 || m.exceptionsAccepted())) {
      draft.emit(new Event.MilestonePassed(draft.id(), Milestone.ERRORS_OPEN, requestedBy));
      validate(draft);
    }
  }

  /** Whether foreign keys wait for a person, since rows that they refer to were set aside. */
  static boolean waitsForParents(MigrationState m) {
    return m.state() == LifecycleState.RUNNING && m.waitingFor() == Milestone.ERRORS_OPEN;
  }

  /** Tries the foreign keys again that lacked rows; where they still do, it waits again. */
  static void tryForeignKeys(Draft draft, String requestedBy) {
    draft.emit(new Event.MilestonePassed(draft.id(), Milestone.ERRORS_OPEN, requestedBy));
    React.next(draft.migration()).forEach(draft::effect);
  }

  static void resolve(Draft draft, ErrorResolution resolution) {
    draft.emit(new Event.ErrorResolutionStarted(draft.id(), resolution));
    draft.issueOnce(TaskKind.RESOLVE_ERRORS);
  }

  static void resolved(Draft draft, Report.ErrorsResolved r) {
    String requestedBy =
        draft.migration().resolution().map(ErrorResolution::requestedBy).orElse("");
    draft.emit(new Event.ErrorsResolved(draft.id(), r.tables()));
    next(draft, r.tables().stream().map(Cursor.Resolved::of).toList());
    MigrationState m = draft.migration();
    if (waitsForParents(m)) {
      tryForeignKeys(draft, requestedBy);
    } else {
      proceedIfSettled(draft, m.openErrors() == 0 ? requestedBy : m.acceptedBy());
    }
  }

  private static void next(Draft draft, List<Cursor.Resolved> tables) {
    if (!tables.isEmpty()) {
      draft.proceed(new Cursor.CountErrors(tables.getFirst(), tables.subList(1, tables.size())));
    }
  }

  /** Tells a table what has become of its rows, and goes on with the next. */
  static void count(Draft draft, Cursor.CountErrors cursor) {
    Cursor.Resolved of = cursor.first();
    draft
        .optionalTable()
        .ifPresent(
            table ->
                draft.emit(
                    new Event.TableErrorsResolved(
                        draft.id(),
                        table.table(),
                        table.tableIndex(),
                        table.epoch(),
                        of.open(),
                        of.skipped(),
                        of.retried(),
                        of.corrected(),
                        of.withdrawn())));
    next(draft, cursor.remaining());
  }

  /** Why rows of the error queue cannot be decided about now, or so; empty where they can. */
  static String objection(MigrationState m, List<Long> numbers, String reason, String by) {
    if (m.state() == LifecycleState.RUNNING && !waitsForParents(m)) {
      return "rows of the error queue are decided about once all tables are done; wait for that";
    }
    if (m.resolution().isPresent()) {
      return "another decision about the error queue is being carried out; wait for its end";
    }
    if (m.openErrors() == 0) {
      return "no row of the error queue waits for a decision";
    }
    if (numbers.size() > MOST_NUMBERS) {
      return "expected at most %,d rows by their numbers, found %,d: name no number for all that are open, or decide several times"
          .formatted(MOST_NUMBERS, numbers.size());
    }
    if (reason.length() > MOST_REASON || by.length() > MOST_NAME) {
      return "expected a reason of at most %,d characters and a name of at most %,d, found %,d and %,d"
          .formatted(MOST_REASON, MOST_NAME, reason.length(), by.length());
    }
    return "";
  }

  /** Why rows that lack what they refer to cannot be set aside now; empty where they can. */
  static String objectionToSettingAside(MigrationState m) {
    if (!waitsForParents(m)) {
      return m.state() == LifecycleState.RUNNING && m.stage() == Stage.FOREIGN_KEYS
          ? "foreign keys are being made; the migration waits again where they lack rows that were"
              + " set aside"
          : "no foreign key is known to lack rows that were set aside";
    }
    if (m.resolution().isPresent()) {
      return "another decision about the error queue is being carried out; wait for its end";
    }
    return m.snapshotAlive()
        ? ""
        : "the source's snapshot is lost, and another one is not exported yet; ask again";
  }

  /** Why a table cannot go on with so many rows set aside; empty where it can. */
  static Optional<String> overTheLimit(MigrationState m, long setAside) {
    long most = m.options().errorMaxRows();
    return setAside > most
        ? Optional.of("%d rows were set aside, errors.maxRows allows %d".formatted(setAside, most))
        : Optional.empty();
  }

  /** The same for what the queue takes, with rows that a rule left out. */
  static Optional<String> overTheBound(long setAside, List<RowDeviation> deviations) {
    long all =
        setAside + RowDeviation.rows(deviations.stream().filter(RowDeviation::leavesOut).toList());
    return all > MOST_ROWS
        ? Optional.of(
            "%,d rows were set aside or left out by a rule, the error queue takes %,d of a table"
                .formatted(all, MOST_ROWS))
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
