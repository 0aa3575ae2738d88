package dev.sensei.orchestrator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FaultsTest {

  @Test
  void aTransientFailureIsTriedAgainAfterABackOffThatDoublesUntilItIsPoison() {
    Agents agents = Agents.of(1, 1);
    World world = World.running(agents);
    Task first = world.take(Task.PrepareTarget.class);
    world.report(Agents.failed(first, FailureClass.TRANSIENT, "08006"));
    Duration once = waits(world, first, 1);
    assertThat(once).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    world.fire(world.timer(first));
    world.report(
        Agents.failed(world.take(Task.PrepareTarget.class), FailureClass.TRANSIENT, "08006"));
    assertThat(waits(world, first, 2)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    world.fire(world.timer(first));
    world.report(
        Agents.failed(world.take(Task.PrepareTarget.class), FailureClass.TRANSIENT, "08006"));
    assertThat(world.header().failedPhase()).isEqualTo(LifecycleState.RUNNING);
    assertThat(world.header().failure().orElseThrow().code()).isEqualTo("08006");
  }

  private static Duration waits(World world, Task task, int attempt) {
    World.Timer timer = Optional.ofNullable(world.timers.get(task.taskId())).orElseThrow();
    assertThat(timer)
        .isEqualTo(new World.Timer(task.taskId(), attempt, timer.at(), Silence.NOT_TAKEN));
    return Duration.between(world.now, timer.at());
  }

  @Test
  void tasksThatFailTogetherDoNotComeBackTogether() {
    Settings settings = Settings.ofInstallation("here");
    List<TaskId> tasks = IntStream.range(0, 1_000).mapToObj(n -> new TaskId("task" + n)).toList();
    for (int failures = 1; failures <= 7; failures++) {
      int times = failures;
      List<Duration> waits = tasks.stream().map(task -> settings.backOff(task, times)).toList();
      Duration most = Duration.ofSeconds(Math.min(30, 1L << (failures - 1)));
      assertThat(waits)
          .allSatisfy(wait -> assertThat(wait).isBetween(most.dividedBy(2), most))
          .isEqualTo(tasks.stream().map(task -> settings.backOff(task, times)).toList());
      assertThat(new HashSet<>(waits)).hasSizeGreaterThan(300);
      assertThat(waits.stream().mapToLong(Duration::toMillis).average().orElseThrow())
          .isBetween(0.72 * most.toMillis(), 0.78 * most.toMillis());
    }
    assertThat(new Settings("here", Duration.ZERO, Duration.ZERO, 1).backOff(tasks.getFirst(), 3))
        .isZero();
  }

  @Test
  void aTaskWithoutAFurtherSignOfLifeIsPoisonAfterItsLastAttempt() {
    World world = new World();
    world.command(Asked.create());
    world.command(Asked.start());
    Task task = world.take(Task.AnalyzeDatabases.class);
    for (int i = 0; i < 3; i++) {
      world.lose(task);
    }
    assertThat(world.header().failure().orElseThrow().code()).isEqualTo("TASK_EXPIRED");
    assertThat(world.header().failure().orElseThrow().object()).isEqualTo(task.taskId().value());
  }

  @Test
  void aTaskThatWaitsInItsQueueIsNeitherAFailureNorHandedOutTwice() {
    World world = new World();
    world.command(Asked.create());
    world.command(Asked.start());
    Task task = world.take(Task.AnalyzeDatabases.class);
    int records = world.journal.size();
    for (int i = 0; i < 19; i++) {
      assertThat(world.fire(world.timer(task)).outcome()).isEqualTo(Outcome.STILL_QUEUED);
    }
    assertThat(world.journal).hasSize(records);
    assertThat(world.pending).isEmpty();
    assertThat(world.timer(task).at()).isEqualTo(world.now.plusSeconds(60));
  }

  @Test
  void aTaskThatNoAgentTookForTwentyTimeoutsIsHandedOutAgainAndThatIsNoFailure() {
    World world = new World();
    world.command(Asked.create());
    world.command(Asked.start());
    for (int round = 1; round <= 5; round++) {
      Task task = world.take(Task.AnalyzeDatabases.class);
      assertThat(task.attempt()).isEqualTo(round);
      for (int i = 0; i < 20; i++) {
        world.fire(world.timer(task));
      }
    }
    assertThat(world.events(Event.TaskExpired.class)).isEmpty();
    assertThat(world.header().tasks().getFirst().attempt()).isEqualTo(6);
    assertThat(world.header().tasks().getFirst().failures()).isZero();
  }

  @Test
  void aSnapshotsKeeperThatFallsSilentAfterItExportedWasTaken() {
    Agents agents = Agents.of(1, 1);
    World world = World.running(agents);
    Task keeper = world.take(Task.KeepSnapshot.class);
    world.report(agents.exported(keeper));
    world.fire(world.timer(keeper));
    assertThat(world.events(Event.SnapshotLost.class)).hasSize(1);
    assertThat(world.take(Task.KeepSnapshot.class).attempt()).isEqualTo(2);
  }

  @Test
  void anExpiryWhilePausedIsNoFailedAttempt() {
    Agents agents = Agents.of(1, 4);
    World world = World.running(agents);
    world.workUntil(agents, Task.CopyChunk.class);
    for (int i = 0; i < 5; i++) {
      Task chunk = world.take(Task.CopyChunk.class);
      world.command(Asked.pause());
      world.lose(chunk);
      world.command(Asked.resume());
    }
    assertThat(world.events(Event.TaskExpired.class)).isEmpty();
    assertThat(world.table(0).tasks()).allMatch(open -> open.failures() == 0);
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void anExpiryWhileTheSnapshotIsLostIsNoFailedAttempt() {
    Agents agents = Agents.of(1, 4);
    World world = World.running(agents);
    world.workUntil(agents, Task.CopyChunk.class);
    Task lost = world.take(Task.CopyChunk.class);
    world.report(
        Agents.failed(world.take(Task.CopyChunk.class), FailureClass.SNAPSHOT_LOST, "LOST"));
    world.lose(lost);
    assertThat(world.events(Event.TaskExpired.class)).isEmpty();
    assertThat(world.table(0).tasks()).allMatch(open -> open.failures() == 0);
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void aTimerThatIsOverdueBecauseNothingRanIsSetAnewOnceBeforeItCounts() {
    World world = new World();
    world.command(Asked.create());
    world.command(Asked.start());
    Task task = world.take(Task.AnalyzeDatabases.class);
    world.report(new Report.TaskHeartbeat(World.ID, task.taskId(), 1, Agents.WHO));
    world.now = world.now.plus(Duration.ofHours(1));
    StepResult late = world.fire(world.timer(task));
    assertThat(late.outcome()).isEqualTo(Outcome.OVERDUE);
    assertThat(late.events()).isEmpty();
    assertThat(world.timer(task))
        .isEqualTo(new World.Timer(task.taskId(), 1, world.now.plusSeconds(60), Silence.TAKEN));
    world.fire(world.timer(task));
    assertThat(world.events(Event.TaskExpired.class)).hasSize(1);
  }

  @Test
  void aSignOfLifeMovesTheDeadlineAndLeavesNoEvent() {
    World world = new World();
    world.command(Asked.create());
    world.command(Asked.start());
    Task task = world.take(Task.AnalyzeDatabases.class);
    world.now = world.now.plus(Duration.ofSeconds(50));
    StepResult result =
        world.report(new Report.TaskHeartbeat(World.ID, task.taskId(), 1, Agents.WHO));
    assertThat(result.events()).isEmpty();
    assertThat(result.effects())
        .containsExactly(
            new Effect.SetTimer(task.taskId(), 1, world.now.plusSeconds(60), Silence.TAKEN));
  }

  @Test
  void aResultOfAnAttemptThatWasGivenUpIsStillAResult() {
    Agents agents = Agents.of(1, 1);
    World world = World.running(agents);
    Task first = world.take(Task.PrepareTarget.class);
    world.lose(first);
    assertThat(world.report(agents.answer(world, first).getFirst()).outcome())
        .isEqualTo(Outcome.LATE_ATTEMPT_ACCEPTED);
    assertThat(world.report(Agents.failed(first, FailureClass.DATA, "X")).outcome())
        .isEqualTo(Outcome.NOT_OUTSTANDING);
  }

  @Test
  void aLostSnapshotOfAnUnchangedSourceIsReplacedAndParkedChunksGoOn() {
    Agents agents = Agents.of(2, 4);
    World world = World.running(agents);
    world.workUntil(agents, Task.CopyChunk.class);
    world.report(
        Agents.failed(world.take(Task.CopyChunk.class), FailureClass.SNAPSHOT_LOST, "LOST"));
    world.report(
        Agents.failed(world.take(Task.CopyChunk.class), FailureClass.SNAPSHOT_LOST, "LOST"));
    assertThat(world.events(Event.SnapshotLost.class)).hasSize(1);
    assertThat(world.pending.stream().filter(Task.KeepSnapshot.class::isInstance)).hasSize(1);
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.table(0).epoch()).isEqualTo(1);
    assertThat(world.table(0).snapshot()).isEqualTo(2);
    assertThat(world.header().deviations()).isEmpty();
  }

  @Test
  void aSourceThatMayHaveChangedStartsUnfinishedTablesAgainAndIsADeviationWhereSomeAreDone() {
    Agents agents =
        new Agents(
            List.of(new Agents.Shape(1, false, List.of()), new Agents.Shape(4, false, List.of(0))));
    World world = World.running(agents);
    while (world.header().done() < 1 || !(world.pending.getFirst() instanceof Task.CopyChunk)) {
      agents.answer(world, world.pending.removeFirst()).forEach(world::report);
    }
    agents.visibility = "700:701:";
    world.report(
        Agents.failed(world.take(Task.CopyChunk.class), FailureClass.SNAPSHOT_LOST, "LOST"));
    world.work(agents);
    assertThat(world.table(0).epoch()).isEqualTo(1);
    assertThat(world.table(1).epoch()).isEqualTo(3);
    assertThat(world.header().deviations())
        .containsExactly("snapshot 2: the source may have changed after 1 tables were done");
    assertThat(world.header().failure().orElseThrow().code()).isEqualTo("EXCEPTIONS_NOT_ACCEPTED");
    world.command(Asked.accept());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void moreDeviationsThanAreNamedAreAllCounted() {
    Agents agents =
        new Agents(
            List.of(new Agents.Shape(1, false, List.of()), new Agents.Shape(1, false, List.of(0))));
    World world = World.running(agents);
    while (world.header().done() < 1) {
      agents.answer(world, world.pending.removeFirst()).forEach(world::report);
    }
    Task keeper =
        world.issued.stream().filter(Task.KeepSnapshot.class::isInstance).findFirst().orElseThrow();
    for (int i = 1; i <= 12; i++) {
      agents.visibility = "%d:%d:".formatted(700 + i, 700 + i);
      world.report(agents.exported(keeper));
    }
    assertThat(world.header().deviations()).hasSize(10);
    assertThat(world.header().deviationCount()).isEqualTo(12);
    world.work(agents);
    assertThat(world.header().failure().orElseThrow().message())
        .startsWith("exceptions and deviations that nobody has accepted: 12");
    world.command(Asked.accept());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void aChangedSchemaVoidsTheApprovalAndRetryRollsBackAndAnalysesAgain() {
    Agents agents = Agents.of(1, 1);
    agents.catalogSeenByKeeper = "catalog-2";
    World world = World.running(agents);
    world.work(agents);
    assertThat(world.header().failure().orElseThrow().code()).isEqualTo("SOURCE_SCHEMA_CHANGED");
    agents.catalogDigest = "catalog-2";
    world.command(Asked.retry());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.AWAITING_APPROVAL);
    world.command(Asked.approve("plan-2"));
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  /** What stood in the way is mended in a database, so a retry has to look there again. */
  @Test
  void aPlanThatCouldNotBeMadeIsRetriedFromTheAnalysisOn() {
    Agents agents = Agents.of(1, 1);
    World world = new World();
    world.command(Asked.create());
    world.command(Asked.start());
    world.workUntil(agents, Task.PlanMigration.class);
    world.report(
        Agents.failed(world.take(Task.PlanMigration.class), FailureClass.SCHEMA, "NAME_TAKEN"));
    assertThat(world.header().failedPhase()).isEqualTo(LifecycleState.PLANNING);
    world.command(Asked.retry());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.AWAITING_APPROVAL);
    assertThat(world.events(Event.AnalysisStarted.class)).hasSize(2);
  }

  @Test
  void everyTableIsValidatedBeforeOneThatDiffersFailsThePhase() {
    Agents agents = Agents.of(4, 1);
    agents.wrongTables.add(1);
    World world = World.running(agents);
    world.work(agents);
    assertThat(world.events(Event.TableValidated.class)).hasSize(4);
    assertThat(world.header().failedPhase()).isEqualTo(LifecycleState.VALIDATING);
    assertThat(world.header().failure().orElseThrow().message()).contains("public.t1");
    assertThat(world.header().targetReleased()).isFalse();
    agents.wrongTables.clear();
    world.command(Asked.retry());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void exceptionsOfThePlanHaveToBeAcceptedBeforeItIsCertified() {
    Agents agents = Agents.of(1, 1);
    agents.exceptions.add(new PlanException("trigger", "public.t0.audit", "not carried"));
    World world = World.running(agents);
    world.work(agents);
    assertThat(world.header().failure().orElseThrow().code()).isEqualTo("EXCEPTIONS_NOT_ACCEPTED");
    world.command(Asked.accept());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }
}
