package dev.sensei.orchestrator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Rows that are set aside: how many may be, and who decides about them. */
class ErrorQueueTest {
  private final Agents agents = Agents.of(1, 2);

  private World moved(Options options) {
    World world = new World();
    world.command(Asked.create(options));
    world.command(Asked.start());
    world.work(agents);
    world.command(Asked.approve());
    return world.work(agents);
  }

  private World waiting() {
    agents.setAside.put(0, 3L);
    World world = moved(Asked.setAside(5, 100));
    assertThat(world.state()).isEqualTo(LifecycleState.COMPLETED);
    assertThat(world.header().waitingFor()).isEqualTo(Milestone.ERRORS_OPEN);
    assertThat(world.header().openErrors()).isEqualTo(3);
    return world;
  }

  private static String rejection(World world) {
    return world.events(Event.CommandRejected.class).getLast().reason();
  }

  @Test
  void aMigrationWaitsForAPersonWhereRowsWereSetAside() {
    World world = waiting();
    world.command(Asked.goOn());
    assertThat(rejection(world)).contains("3 rows wait in the error queue");
  }

  @Test
  void oneRowTooManyTakesTheTableBack() {
    agents.setAside.put(0, 6L);
    World world = moved(Asked.setAside(5, 100));
    assertThat(world.path(0)).contains(TableRunState.ROLLING_BACK, TableRunState.ROLLED_BACK);
    assertThat(world.table(0).reason()).contains("6 rows were set aside, errors.maxRows allows 5");
    assertThat(world.state()).isEqualTo(LifecycleState.FAILED);
    assertThat(world.header().openErrors()).isZero();
  }

  @Test
  void soDoesTooLargeAPartOfAllRows() {
    agents.setAside.put(0, 3L);
    World world = moved(Asked.setAside(5, 10));
    assertThat(world.table(0).reason())
        .contains("3 of 23 rows were set aside, errors.maxPercent allows 10.0 percent");
    assertThat(world.table(0).state()).isEqualTo(TableRunState.ROLLED_BACK);
  }

  @Test
  void aLedgerThatKnowsOfOtherNumbersTakesTheTableBack() {
    agents.setAside.put(0, 3L);
    World world = new World();
    world.command(Asked.create(Asked.setAside(5, 100)));
    world.command(Asked.start());
    world.work(agents);
    world.command(Asked.approve());
    world.workUntil(agents, Task.CheckTable.class);
    agents.setAside.put(0, 2L);
    world.work(agents);
    assertThat(world.table(0).reason()).contains("reported 3 rows set aside, the ledger holds 2");
  }

  @Test
  void rowsThatAreTakenAfterAllLetTheMigrationGoOn() {
    World world = waiting();
    world.command(Asked.retryErrors());
    assertThat(world.header().resolution()).isPresent();
    world.command(Asked.skipErrors());
    assertThat(rejection(world)).contains("another decision about the error queue");
    agents.resolved = new TableErrors(0, "public.t0", 0, 0, 3, 0, 0, 0);
    long rows = world.header().rows();
    world.work(agents);

    assertThat(world.header().rows()).isEqualTo(rows + 3);
    assertThat(world.header().resolution()).isEmpty();
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.events(Event.MilestonePassed.class).getLast().requestedBy()).isEqualTo("ada");
  }

  @Test
  void whatStillWaitsIsWaitedForAndSaidOfTheSameRowsTwiceCountsOnce() {
    World world = waiting();
    agents.resolved = new TableErrors(0, "public.t0", 1, 0, 2, 0, 0, 0);
    long rows = world.header().rows();
    world.command(Asked.retryErrors());
    world.work(agents);
    assertThat(world.header().waitingFor()).isEqualTo(Milestone.ERRORS_OPEN);
    assertThat(world.header().openErrors()).isEqualTo(1);

    agents.resolved = new TableErrors(0, "public.t0", 0, 1, 2, 0, 0, 0);
    world.command(Asked.skipErrors());
    world.work(agents);
    assertThat(world.header().rows()).isEqualTo(rows + 2);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void correctedRowsDeviateAndNeedToBeAccepted() {
    World world = waiting();
    agents.resolved = new TableErrors(0, "public.t0", 0, 0, 2, 1, 0, 0);
    world.command(Asked.retryErrors());
    world.work(agents);
    assertThat(world.header().failure().orElseThrow().code())
        .isEqualTo(Commands.EXCEPTIONS_NOT_ACCEPTED);
    world.command(Asked.accept());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void rowsThatLackParentsAreTriedByItselfWhereThePlanSaysSo() {
    agents.setAside.put(0, 3L);
    World world = new World();
    world.command(Asked.create(Asked.migratingParents(5)));
    world.command(Asked.start());
    world.work(agents);
    world.command(Asked.approve());
    agents.resolved = new TableErrors(0, "public.t0", 1, 0, 2, 0, 0, 0);
    world.work(agents);

    assertThat(world.events(Event.ErrorResolutionStarted.class))
        .singleElement()
        .returns(
            new ErrorResolution(
                ErrorAction.MIGRATE_PARENTS, List.of(), "recovery.orphans", "grace"),
            Event.ErrorResolutionStarted::resolution);
    assertThat(world.header().waitingFor()).isEqualTo(Milestone.ERRORS_OPEN);
    assertThat(world.header().openErrors()).isEqualTo(1);
    assertThat(world.header().resolution()).isEmpty();
    // What is left is for a person, and is not tried by itself again.
    world.command(Asked.skipErrors());
    agents.resolved = new TableErrors(0, "public.t0", 0, 1, 2, 0, 0, 0);
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void nothingIsTriedByItselfWhereNoRowWaits() {
    World world = moved(Asked.migratingParents(5));
    assertThat(world.events(Event.ErrorResolutionStarted.class)).isEmpty();
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void whoAcceptsTheExceptionsLetsItGoOnWithoutTheRows() {
    World world = waiting();
    world.command(Asked.accept());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.header().openErrors()).isEqualTo(3);
  }

  @Test
  void whoAcceptedThePlansExceptionsIsAskedAboutRowsThatWereNotKnownThen() {
    agents.setAside.put(0, 3L);
    World world = new World();
    world.command(Asked.create(Asked.setAside(5, 100)));
    world.command(Asked.start());
    world.work(agents);
    world.command(new Command.ApprovePlan(World.ID, "plan-1", "grace", true));
    world.work(agents);
    assertThat(world.header().waitingFor()).isEqualTo(Milestone.ERRORS_OPEN);
    assertThat(world.header().exceptionsAccepted()).isFalse();
    world.command(Asked.accept());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void rowsThatARuleChangedNeedToBeAccepted() {
    agents.deviations.add(new RowDeviation("truncate", "name", 4));
    World world = moved(Asked.OPTIONS);
    assertThat(world.header().deviatingRows()).isEqualTo(4);
    assertThat(world.header().failure().orElseThrow().code())
        .isEqualTo(Commands.EXCEPTIONS_NOT_ACCEPTED);
  }

  @Test
  void aDecisionThatCouldNotBeCarriedOutLeavesTheRowsWhereTheyAre() {
    World world = waiting();
    world.command(Asked.retryErrors());
    Task task = world.take(Task.ResolveErrors.class);
    world.report(Agents.failed(task, FailureClass.CONFIGURATION, "OTHER_ERROR_KEY"));
    assertThat(world.state()).isEqualTo(LifecycleState.COMPLETED);
    assertThat(world.header().resolution()).isEmpty();
    assertThat(world.header().openErrors()).isEqualTo(3);
    world.command(Asked.retryErrors());
    assertThat(world.take(Task.ResolveErrors.class).taskId()).isNotEqualTo(task.taskId());
  }

  @Test
  void aDecisionIsHandedOutAgainWhereItsWorkerFallsSilent() {
    World world = waiting();
    world.command(Asked.retryErrors());
    world.lose(world.take(Task.ResolveErrors.class));
    agents.resolved = new TableErrors(0, "public.t0", 0, 3, 0, 0, 0, 0);
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void aCancelledMigrationForgetsWhatWasDecided() {
    World world = waiting();
    world.command(Asked.retryErrors());
    Task task = world.take(Task.ResolveErrors.class);
    world.command(Asked.cancel());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CANCELLED);
    assertThat(world.header().resolution()).isEmpty();
    assertThat(
            world
                .report(
                    new Report.ErrorsResolved(
                        World.ID, task.taskId(), 1, Agents.WHO, List.of(agents.resolved)))
                .outcome())
        .isEqualTo(Outcome.MIGRATION_ENDED);
  }

  @Test
  void nothingIsDecidedWhereNothingWaits() {
    World world = moved(Asked.options(List.of(Milestone.BEFORE_VALIDATION), false));
    world.command(Asked.retryErrors());
    assertThat(rejection(world)).contains("no row of the error queue waits");
    assertThat(Map.copyOf(agents.setAside)).isEmpty();
  }

  @Test
  void anAcceptanceThatCameBeforeACorrectionIsVoid() {
    World world = waiting();
    world.command(Asked.retryErrors());
    world.command(Asked.accept());
    assertThat(world.header().exceptionsAccepted()).isTrue();
    agents.resolved = new TableErrors(0, "public.t0", 0, 0, 2, 1, 0, 0);
    world.work(agents);
    assertThat(world.header().failure().orElseThrow().code())
        .isEqualTo(Commands.EXCEPTIONS_NOT_ACCEPTED);
    assertThat(world.header().acceptedBy()).isEmpty();
  }

  @Test
  void anAcceptanceWithThePlanHoldsWhereNoRowWaits() {
    agents.setAside.put(0, 6L);
    World world = new World();
    world.command(Asked.create(Asked.setAside(5, 100)));
    world.command(Asked.start());
    world.work(agents);
    world.command(new Command.ApprovePlan(World.ID, "plan-1", "grace", true));
    world.work(agents);
    assertThat(world.table(0).state()).isEqualTo(TableRunState.ROLLED_BACK);
    agents.setAside.clear();
    agents.deviations.add(new RowDeviation("truncate", "name", 4));
    world.command(Asked.retry());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void aTableKnowsWhatBecameOfItsRowsAndTakesThemWithItWhereAllIsTakenBack() {
    World world = waiting();
    TableState before = world.table(0);
    agents.resolved = new TableErrors(0, "public.t0", 1, 0, 1, 1, 0, 0);
    world.command(Asked.retryErrors());
    world.work(agents);
    assertThat(world.table(0))
        .returns(before.rows() + 2, TableState::rows)
        .returns(1L, TableState::openErrors)
        .returns(2L, TableState::recoveredErrors)
        .returns(1L, TableState::correctedErrors)
        .returns(1L, TableState::deviatingRows);
    assertThat(world.header().rows()).isEqualTo(before.rows() + 2);

    world.command(Asked.cancel());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CANCELLED);
    assertThat(world.header())
        .returns(0L, MigrationState::rows)
        .returns(0L, MigrationState::openErrors)
        .returns(0L, MigrationState::recoveredErrors)
        .returns(0L, MigrationState::correctedErrors)
        .returns(0L, MigrationState::deviatingRows);
    assertThat(world.table(0).openErrors()).isZero();
  }

  @Test
  void rowsThatARuleChangedCountOnceWhereTheTargetCrashed() {
    agents.deviations.add(new RowDeviation("truncate", "name", 4));
    World world = World.running(agents);
    world.workUntil(agents, Task.CheckTable.class);
    agents.lose(0, 0);
    world.work(agents);
    assertThat(world.events(Event.TableChecked.class).getFirst().missingChunks())
        .containsExactly(0);
    assertThat(world.header().deviatingRows()).isEqualTo(4);
  }

  @Test
  void aLedgerThatKnowsOfOtherChangesTakesTheTableBack() {
    agents.deviations.add(new RowDeviation("truncate", "name", 4));
    World world = World.running(agents);
    world.workUntil(agents, Task.CheckTable.class);
    agents.deviations.set(0, new RowDeviation("truncate", "name", 3));
    world.work(agents);
    assertThat(world.table(0).reason())
        .contains("reported 4 rows changed or left out by rules, the ledger holds 3");
  }

  @Test
  void theQueueTakesNoMoreWithRowsThatARuleLeftOut() {
    agents.setAside.put(0, 3L);
    agents.deviations.add(new RowDeviation("keep_first", "", 9_998));
    World world = moved(Asked.setAside(5, 100));
    assertThat(world.table(0).reason())
        .contains("10,001 rows were set aside or left out by a rule, the error queue takes 10,000");
    assertThat(world.table(0).state()).isEqualTo(TableRunState.ROLLED_BACK);
  }

  @Test
  void whoAcceptedIsWhoLetItGoOnWhereADecisionFailed() {
    World world = waiting();
    world.command(Asked.retryErrors());
    world.command(Asked.accept());
    Task task = world.take(Task.ResolveErrors.class);
    world.report(Agents.failed(task, FailureClass.CONFIGURATION, "OTHER_ERROR_KEY"));
    assertThat(world.events(Event.MilestonePassed.class).getLast().requestedBy())
        .isEqualTo("grace");
  }

  @Test
  void aDecisionNamesNoMoreThanAThousandRows() {
    World world = waiting();
    List<Long> numbers = LongStream.rangeClosed(1, 1_001).boxed().toList();
    world.command(new Command.RetryErrors(World.ID, numbers, "ada"));
    assertThat(rejection(world)).contains("at most 1,000 rows by their numbers, found 1,001");
    world.command(new Command.SkipErrors(World.ID, numbers, "of no use", "ada"));
    assertThat(rejection(world)).contains("found 1,001");
    world.command(new Command.SkipErrors(World.ID, List.of(), "x".repeat(1_001), "ada"));
    assertThat(rejection(world)).contains("a reason of at most 1,000 characters");
    assertThat(world.header().resolution()).isEmpty();
  }
}
