package dev.sensei.orchestrator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Foreign keys that cannot be made, since rows that they refer to were set aside. */
class LackingParentsTest {
  /** A parent, a child of it, and small tables that refer to it and go in groups. */
  private final Agents agents =
      new Agents(
          List.of(
              new Agents.Shape(1, false, List.of()),
              new Agents.Shape(1, true, List.of()),
              Agents.Shape.small(true),
              Agents.Shape.small(true)));

  private World moved() {
    agents.setAside.put(0, 3L);
    World world = new World();
    world.command(Asked.create(Asked.setAside(5, 100)));
    world.command(Asked.start());
    world.work(agents);
    world.command(Asked.approve());
    return world.work(agents);
  }

  private World waiting() {
    agents.orphaned.add(1);
    World world = moved();
    assertWaits(world);
    return world;
  }

  private static void assertWaits(World world) {
    assertThat(world.state()).isEqualTo(LifecycleState.RUNNING);
    assertThat(world.header().stage()).isEqualTo(Stage.FOREIGN_KEYS);
    assertThat(world.header().waitingFor()).isEqualTo(Milestone.ERRORS_OPEN);
    assertThat(world.header().active()).isZero();
  }

  private static String rejection(World world) {
    return world.events(Event.CommandRejected.class).getLast().reason();
  }

  private void parentsAreTaken() {
    agents.orphaned.clear();
    agents.resolved = new TableErrors(0, "public.t0", 0, 0, 3, 0, 0, 0);
  }

  @Test
  void foreignKeysThatLackNoRowAreMadeAndTheRowsAreDecidedAboutBehindThem() {
    World world = moved();
    assertThat(world.state()).isEqualTo(LifecycleState.COMPLETED);
    assertThat(world.events(Event.ForeignKeysAdded.class)).hasSize(3);
    assertThat(world.events(Event.MilestoneReached.class)).hasSize(1);
  }

  @Test
  void aForeignKeyThatLacksRowsWaitsForAPersonOnceAllOthersAreMade() {
    World world = waiting();
    assertThat(world.events(Event.ForeignKeysAdded.class)).hasSize(2);
    assertThat(world.events(Event.MilestoneReached.class)).hasSize(1);
    assertThat(world.events(Event.MigrationFailed.class)).isEmpty();
    assertThat(world.header().troubled()).containsExactly("public.t1: it did not work");
  }

  @Test
  void rowsThatAreTakenAfterAllLetItBeMadeAndTheMigrationEnd() {
    World world = waiting();
    long rows = world.header().rows();
    world.command(Asked.retryErrors());
    parentsAreTaken();
    world.work(agents);

    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.header().rows()).isEqualTo(rows + 3);
    assertThat(world.header().troubles()).isZero();
    assertThat(world.events(Event.MilestonePassed.class).getFirst().requestedBy()).isEqualTo("ada");
  }

  @Test
  void aDecisionThatMendsNotAllLeadsBackToTheMilestoneAndNowhereElse() {
    World world = waiting();
    agents.resolved = new TableErrors(0, "public.t0", 1, 0, 2, 0, 0, 0);
    world.command(Asked.retryErrors());
    world.work(agents);
    assertWaits(world);
    assertThat(world.events(Event.MilestoneReached.class)).hasSize(2);
    agents.resolved = new TableErrors(0, "public.t0", 0, 1, 2, 0, 0, 0);
    world.command(Asked.skipErrors());
    world.work(agents);
    assertWaits(world);
    world.command(Asked.retryErrors());
    assertThat(rejection(world)).contains("no row of the error queue waits");

    // All that is left is to set aside what refers to them.
    long rows = world.header().rows();
    world.command(Asked.setAsideOrphans());
    Task.ResolveErrors task = world.take(Task.ResolveErrors.class);
    assertThat(task.resolution().action()).isEqualTo(ErrorAction.SET_ASIDE_ORPHANS);
    assertThat(task.snapshotId()).isEqualTo("snapshot-1");
    agents.orphaned.clear();
    world.report(
        new Report.ErrorsResolved(
            World.ID,
            task.taskId(),
            1,
            Agents.WHO,
            List.of(
                new TableErrors(0, "public.t0", 0, 1, 2, 0, 0, 0),
                new TableErrors(1, "public.t1", 7, 0, 0, 0, 7, 0))));
    world.work(agents);
    assertThat(world.header().rows()).isEqualTo(rows - 7);
    assertThat(world.state()).isEqualTo(LifecycleState.COMPLETED);
    assertThat(world.header().waitingFor()).isEqualTo(Milestone.ERRORS_OPEN);
    assertThat(world.header().openErrors()).isEqualTo(7);

    world.command(Asked.retryErrors());
    world.report(
        new Report.ErrorsResolved(
            World.ID,
            world.take(Task.ResolveErrors.class).taskId(),
            1,
            Agents.WHO,
            List.of(
                new TableErrors(0, "public.t0", 0, 1, 2, 0, 0, 0),
                new TableErrors(1, "public.t1", 0, 0, 7, 0, 7, 0))));
    world.work(agents);
    assertThat(world.header().rows()).isEqualTo(rows);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void tablesOfAGroupWaitLikeAnyOther() {
    agents.orphaned.add(2);
    World world = moved();
    assertWaits(world);
    assertThat(world.header().orphaned()).isEqualTo(1);
    assertThat(world.events(Event.ForeignKeysAdded.class)).hasSize(2);
    world.command(Asked.retryErrors());
    parentsAreTaken();
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void aPersonMayLetItBeTriedAgainWithoutADecision() {
    World world = waiting();
    agents.orphaned.clear();
    world.command(Asked.goOn());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.COMPLETED);
    assertThat(world.events(Event.MilestonePassed.class).getFirst().requestedBy())
        .isEqualTo("grace");
  }

  @Test
  void nothingButADecisionLeadsOn() {
    World world = waiting();
    world.command(Asked.accept());
    assertThat(rejection(world)).contains("cannot be made without them");
    world.command(Asked.pause());
    assertThat(rejection(world)).contains("waits for a person already");
    assertThat(world.header().exceptionsAccepted()).isFalse();
    assertWaits(world);
  }

  @Test
  void rowsAreDecidedAboutAtAMilestoneAlone() {
    agents.setAside.put(0, 3L);
    World world = World.running(agents);
    world.command(Asked.retryErrors());
    assertThat(rejection(world)).contains("once all tables are done");
    world.command(Asked.setAsideOrphans());
    assertThat(rejection(world)).contains("no foreign key is known to lack rows");
    World done = moved();
    done.command(Asked.setAsideOrphans());
    assertThat(rejection(done)).contains("not allowed in state COMPLETED");
  }

  @Test
  void otherFailuresOfForeignKeysShowOnceNoneLacksRowsThatWereSetAside() {
    agents.orphaned.add(1);
    World world = new World();
    agents.setAside.put(0, 3L);
    world.command(Asked.create(Asked.setAside(5, 100)));
    world.command(Asked.start());
    world.work(agents);
    world.command(Asked.approve());
    world.workUntil(agents, Task.AddForeignKeys.class);
    world.work(agents);
    assertWaits(world);
    world.command(Asked.retryErrors());
    parentsAreTaken();
    world.workUntil(agents, Task.AddForeignKeys.class);
    world.report(Agents.failed(world.take(Task.AddForeignKeys.class), FailureClass.DATA, "23503"));
    world.work(agents);
    assertThat(world.header().failure().orElseThrow().code()).isEqualTo("FOREIGN_KEYS_FAILED");
    world.command(Asked.retry());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void aDecisionWhoseWorkerFallsSilentIsHandedOutAgain() {
    World world = waiting();
    world.command(Asked.retryErrors());
    world.lose(world.take(Task.ResolveErrors.class));
    parentsAreTaken();
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void aDecisionThatFailedForGoodLeavesItWaiting() {
    World world = waiting();
    world.command(Asked.setAsideOrphans());
    Task task = world.take(Task.ResolveErrors.class);
    world.report(Agents.failed(task, FailureClass.CONFIGURATION, "TOO_MANY_ORPHANS"));
    assertWaits(world);
    assertThat(world.header().resolution()).isEmpty();
  }

  @Test
  void reportsThatComeTwiceChangeNothing() {
    World world = waiting();
    world.command(Asked.retryErrors());
    Task task = world.take(Task.ResolveErrors.class);
    parentsAreTaken();
    Report report = agents.answer(world, task).getFirst();
    world.report(report);
    assertThat(world.report(report).events()).isEmpty();
    Task again = world.take(Task.AddForeignKeys.class);
    world.report(agents.answer(world, again).getFirst());
    assertThat(world.report(Agents.failed(again, FailureClass.DATA, "23503")).events()).isEmpty();
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void aSnapshotThatIsLostMeanwhileIsExportedAgainAndNothingElseHappens() {
    World world = waiting();
    Task keeper =
        world.issued.stream().filter(Task.KeepSnapshot.class::isInstance).findFirst().orElseThrow();
    world.report(new Report.SnapshotReleased(World.ID, keeper.taskId(), 1, Agents.WHO));
    world.command(Asked.setAsideOrphans());
    assertThat(rejection(world)).contains("snapshot is lost");
    world.work(agents);
    assertWaits(world);
    assertThat(world.events(Event.MilestoneReached.class)).hasSize(1);
    world.command(Asked.setAsideOrphans());
    assertThat(world.take(Task.ResolveErrors.class).snapshotId()).isEqualTo("snapshot-2");
  }

  @Test
  void aMigrationThatWaitsCanBeCancelled() {
    World world = waiting();
    world.command(Asked.cancel());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CANCELLED);
  }

  @Test
  void aPauseWhileForeignKeysAreMadeEndsAtTheMilestone() {
    agents.orphaned.add(1);
    agents.setAside.put(0, 3L);
    World world = new World();
    world.command(Asked.create(Asked.setAside(5, 100)));
    world.command(Asked.start());
    world.work(agents);
    world.command(Asked.approve());
    world.workUntil(agents, Task.AddForeignKeys.class);
    world.command(Asked.pause());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.PAUSED);
    world.command(Asked.resume());
    world.work(agents);
    assertWaits(world);
  }
}
