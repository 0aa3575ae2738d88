package dev.sensei.orchestrator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupsTest {
  private static final List<TableRunState> WHOLE_RUN =
      List.of(
          TableRunState.PREPARING,
          TableRunState.VALIDATING_PRE,
          TableRunState.MIGRATING,
          TableRunState.VALIDATING_POST,
          TableRunState.COMPLETING,
          TableRunState.DONE);

  private static Agents small(int tables) {
    return new Agents(IntStream.range(0, tables).mapToObj(i -> Agents.Shape.small(true)).toList());
  }

  private static List<Integer> members(List<GroupMember> members) {
    return members.stream().map(GroupMember::tableIndex).toList();
  }

  @Test
  void smallTablesAreMovedRelatedAndValidatedEightAtATimeWhereThereAreFew() {
    Agents agents = small(20);
    World world = World.running(agents);
    world.work(agents);

    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.issued.stream().filter(Task.MoveGroup.class::isInstance)).hasSize(3);
    assertThat(world.issued.stream().filter(Task.AddGroupForeignKeys.class::isInstance)).hasSize(3);
    assertThat(world.issued.stream().filter(Task.ValidateGroup.class::isInstance)).hasSize(3);
    assertThat(world.issued)
        .noneMatch(Task.PrepareTable.class::isInstance)
        .noneMatch(Task.AddForeignKeys.class::isInstance)
        .noneMatch(Task.ValidateTable.class::isInstance);
    assertThat(world.path(19)).isEqualTo(WHOLE_RUN);
    assertThat(world.header().active()).isZero();
    assertThat(world.header().rows()).isEqualTo(200);
    assertThat(world.events(Event.GroupCompleted.class)).hasSize(9);
    assertThat(world.timers.keySet()).noneMatch(task -> task.value().contains("group"));
  }

  @Test
  void theTargetIsFinishedWhenEveryGroupHasItsForeignKeys() {
    Agents agents = small(20);
    World world = World.running(agents);
    world.workUntil(agents, Task.AddGroupForeignKeys.class);
    Task.AddGroupForeignKeys last = world.take(Task.AddGroupForeignKeys.class);
    world.work(agents);

    assertThat(world.issued).noneMatch(Task.FinishTarget.class::isInstance);
    agents.answer(world, last).forEach(world::report);
    assertThat(world.pending).anyMatch(Task.FinishTarget.class::isInstance);
  }

  @Test
  void aTableThatWasReadyWhenThereWasNoRoomForItStartsLater() {
    Agents agents =
        new Agents(
            List.of(
                new Agents.Shape(1, false, List.of()),
                new Agents.Shape(1, false, List.of(0)),
                new Agents.Shape(3, false, List.of()),
                new Agents.Shape(3, false, List.of())));
    World world = World.running(agents);
    world.work(agents);

    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void whatAnEarlierRunOfATableReportsIsNotTakenForThisOne() {
    Agents agents = small(3);
    World world = World.running(agents);
    world.workUntil(agents, Task.MoveGroup.class);
    Task.MoveGroup group = world.take(Task.MoveGroup.class);
    Report.GroupTableMoved told = (Report.GroupTableMoved) agents.answer(world, group).getFirst();
    Report.GroupTableMoved earlier =
        new Report.GroupTableMoved(
            told.migrationId(),
            told.taskId(),
            told.attempt(),
            told.agent(),
            told.table(),
            told.tableIndex(),
            told.epoch() - 1,
            told.rowEstimate(),
            told.rowsBefore(),
            told.created(),
            told.evidence(),
            told.targetRows(),
            told.built());

    assertThat(world.report(earlier).outcome()).isEqualTo(Outcome.DUPLICATE);
    assertThat(world.table(0).state()).isEqualTo(TableRunState.VALIDATING_PRE);
  }

  @Test
  void noMoreGroupsThanTablesMayBeInWorkAtATime() {
    World world = World.running(small(40));
    world.workUntil(small(40), Task.MoveGroup.class);

    assertThat(world.pending.stream().filter(Task.MoveGroup.class::isInstance)).hasSize(2);
    assertThat(world.header().active()).isEqualTo(Asked.OPTIONS.tablesInFlight());
    assertThat(world.header().nextTable()).isEqualTo(20);
  }

  @Test
  void aLargeTableInBetweenGoesByItselfAndInItsTurn() {
    Agents agents =
        new Agents(
            List.of(
                new Agents.Shape(3, false, List.of()),
                Agents.Shape.small(false),
                Agents.Shape.small(false),
                new Agents.Shape(2, false, List.of(1)),
                Agents.Shape.small(false)));
    World world = World.running(agents);
    world.work(agents);

    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(
            world.issued.stream()
                .filter(Task.MoveGroup.class::isInstance)
                .map(task -> members(((Task.MoveGroup) task).members())))
        .containsExactly(List.of(1, 2), List.of(4));
    assertThat(world.header().active()).isZero();
  }

  @Test
  void whatHasItsResultIsNotAskedForAgain() {
    Agents agents = small(3);
    World world = World.running(agents);
    world.workUntil(agents, Task.MoveGroup.class);
    Task.MoveGroup group = world.take(Task.MoveGroup.class);
    List<Report> answers = agents.answer(world, group);
    world.report(answers.getFirst());
    world.lose(group);

    Task.MoveGroup again = world.take(Task.MoveGroup.class);
    assertThat(again.taskId()).isEqualTo(group.taskId());
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(members(again.members())).containsExactly(1, 2);
    assertThat(world.report(answers.getFirst()).outcome()).isEqualTo(Outcome.DUPLICATE);
    // What the lost agent did after all counts too.
    world.report(answers.get(1));
    assertThat(world.path(1)).isEqualTo(WHOLE_RUN);
    world.pending.add(again);
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.header().active()).isZero();
  }

  @Test
  void tablesOfAGroupThatFailsForGoodGoOnByThemselves() {
    Agents agents = small(4);
    World world = World.running(agents);
    world.workUntil(agents, Task.MoveGroup.class);
    Task.MoveGroup group = world.take(Task.MoveGroup.class);
    world.report(agents.answer(world, group).getFirst());
    world.report(Agents.failed(group, FailureClass.DATA, "23505"));

    assertThat(world.pending.stream().filter(Task.PrepareTable.class::isInstance)).hasSize(3);
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.path(3)).isEqualTo(WHOLE_RUN);
    assertThat(world.header().active()).isZero();
    assertThat(world.header().troubles()).isZero();
  }

  @Test
  void aTableWhoseCountsDisagreeIsRolledBackAndTheOthersAreDone() {
    Agents agents = small(3);
    World world = World.running(agents);
    world.workUntil(agents, Task.MoveGroup.class);
    Task.MoveGroup group = world.take(Task.MoveGroup.class);
    List<Report> answers = agents.answer(world, group);
    agents.rowsTooMany = 1;
    List<Report> wrong = new ArrayList<>(agents.answer(world, group));
    agents.rowsTooMany = 0;
    world.report(answers.get(0));
    world.report(wrong.get(1));
    world.report(answers.get(2));
    world.work(agents);

    assertThat(world.state()).isEqualTo(LifecycleState.FAILED);
    assertThat(world.table(1).state()).isEqualTo(TableRunState.ROLLED_BACK);
    assertThat(world.table(2).state()).isEqualTo(TableRunState.DONE);
    world.command(Asked.retry());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.header().active()).isZero();
  }

  @Test
  void aPausedGroupIsHandedOutAgainAndAFailureWhilePausedDoesNotTakeItApart() {
    Agents agents = small(3);
    World world = World.running(agents);
    world.workUntil(agents, Task.MoveGroup.class);
    Task.MoveGroup group = world.take(Task.MoveGroup.class);
    world.command(Asked.pause());
    world.report(Agents.failed(group, FailureClass.DATA, "23505"));
    assertThat(world.pending.stream().filter(Task.PrepareTable.class::isInstance)).isEmpty();
    world.command(Asked.resume());

    assertThat(members(world.take(Task.MoveGroup.class).members())).containsExactly(0, 1, 2);
    assertThat(world.pending.stream().filter(Task.PrepareTable.class::isInstance)).isEmpty();
  }

  @Test
  void aSourceThatChangedTakesAGroupApartAtANewEpoch() {
    Agents agents = small(3);
    World world = World.running(agents);
    world.workUntil(agents, Task.MoveGroup.class);
    Task.MoveGroup group = world.take(Task.MoveGroup.class);
    world.report(agents.answer(world, group).getFirst());
    Optional<Task> keeper =
        world.issued.stream().filter(Task.KeepSnapshot.class::isInstance).findFirst();
    agents.visibility = "900:900:";
    world.report(agents.exported(keeper.orElseThrow()));

    assertThat(world.events(Event.GroupCompleted.class)).hasSize(1);
    assertThat(world.table(1).epoch()).isEqualTo(2);
    assertThat(world.report(agents.answer(world, group).get(0)).outcome())
        .isEqualTo(Outcome.NOT_OUTSTANDING);
    world.work(agents);
    world.command(new Command.AcceptExceptions(World.ID, world.header().planDigest(), "grace"));
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.header().active()).isZero();
  }

  @Test
  void cancellingRollsEveryTableOfAnOpenGroupBack() {
    Agents agents = small(3);
    World world = World.running(agents);
    world.workUntil(agents, Task.MoveGroup.class);
    world.take(Task.MoveGroup.class);
    world.command(Asked.cancel());
    world.work(agents);

    assertThat(world.state()).isEqualTo(LifecycleState.CANCELLED);
    assertThat(world.events(Event.TableRolledBack.class)).hasSize(3);
  }

  @Test
  void aMigrationThatFailedWhileAGroupWasInWorkGoesOnTableByTable() {
    Agents agents = small(3);
    World world = World.running(agents);
    world.workUntil(agents, Task.MoveGroup.class);
    Task.MoveGroup group = world.take(Task.MoveGroup.class);
    Task keeper =
        world.issued.stream().filter(Task.KeepSnapshot.class::isInstance).findFirst().orElseThrow();
    world.report(Agents.failed(keeper, FailureClass.PERMISSION, "42501"));
    assertThat(world.state()).isEqualTo(LifecycleState.FAILED);
    world.command(Asked.retry());
    world.work(agents);

    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.header().active()).isZero();
    assertThat(agents.answer(world, group).stream().map(report -> world.report(report).events()))
        .allMatch(List::isEmpty);
  }

  @Test
  void aValidationThatFindsADifferenceInAGroupNamesTheTable() {
    Agents agents = small(3);
    agents.wrongTables.add(1);
    World world = World.running(agents);
    world.work(agents);

    assertThat(world.state()).isEqualTo(LifecycleState.FAILED);
    assertThat(world.header().troubled()).containsExactly("public.t1");
    assertThat(world.header().validated()).isEqualTo(3);
  }
}
