package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;

/** Commands as the tests give them. */
final class Asked {
  static final DatabaseReference SOURCE =
      new DatabaseReference("postgresql://ada@source/shop", Optional.empty());
  static final DatabaseReference TARGET =
      new DatabaseReference("postgresql://ada@target/shop", Optional.of("env://TARGET"));
  static final Options OPTIONS = options(List.of(), false);

  private Asked() {}

  static Options options(List<Milestone> milestones, boolean separateApprover) {
    return options(milestones, separateApprover, 0, 100, List.of());
  }

  /** Options under which rows of a table may go to the error queue. */
  static Options setAside(int rows, double percent) {
    return options(List.of(), false, rows, percent, List.of());
  }

  /** The same where rows that others lack are migrated too. */
  static Options migratingParents(int rows) {
    RowRemedy none = RowRemedy.UNKNOWN;
    return options(
        List.of(),
        false,
        rows,
        100,
        List.of(new Recovery("public.t0", none, none, none, none, none, RowRemedy.MIGRATE_PARENT)));
  }

  private static Options options(
      List<Milestone> milestones,
      boolean separateApprover,
      int errorRows,
      double errorPercent,
      List<Recovery> recovery) {
    return new Options(
        100_000,
        0,
        0,
        10_000,
        ExistingRows.REFUSE,
        RowHash.FAST,
        List.of(),
        List.of(),
        0.95,
        0.8,
        3,
        60_000,
        2,
        2,
        milestones,
        separateApprover,
        List.of(),
        recovery,
        List.of(),
        errorRows,
        errorPercent,
        Optional.empty());
  }

  static Command create() {
    return create(OPTIONS);
  }

  static Command create(Options options) {
    return new Command.CreateMigration(World.ID, SOURCE, TARGET, options, "ada");
  }

  static Command start() {
    return new Command.StartMigration(World.ID, "ada");
  }

  static Command approve(String digest) {
    return new Command.ApprovePlan(World.ID, digest, "grace", false);
  }

  static Command approve() {
    return approve("plan-1");
  }

  static Command reject() {
    return new Command.RejectPlan(World.ID, "not like this", "grace");
  }

  static Command amend() {
    return new Command.AmendPlan(World.ID, OPTIONS, "grace");
  }

  static Command goOn() {
    return new Command.ContinueMigration(World.ID, "grace");
  }

  static Command pause() {
    return new Command.PauseMigration(World.ID, "ada");
  }

  static Command resume() {
    return new Command.ResumeMigration(World.ID, "ada");
  }

  static Command cancel() {
    return new Command.CancelMigration(World.ID, "changed our minds", "ada");
  }

  static Command rollBack() {
    return new Command.RollBackMigration(World.ID, "changed our minds", "ada");
  }

  static Command retry() {
    return new Command.RetryMigration(World.ID, "ada");
  }

  static Command retryErrors() {
    return new Command.RetryErrors(World.ID, List.of(), "ada");
  }

  static Command skipErrors() {
    return new Command.SkipErrors(World.ID, List.of(3L), "of no use", "grace");
  }

  static Command setAsideOrphans() {
    return new Command.SetAsideOrphans(World.ID, "grace");
  }

  static Command accept() {
    return new Command.AcceptExceptions(World.ID, "plan-1", "grace");
  }
}
