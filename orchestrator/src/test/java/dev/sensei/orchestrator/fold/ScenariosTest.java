package dev.sensei.orchestrator.fold;

import static dev.sensei.orchestrator.fold.TableRunState.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The seven scenarios against which a table's run is judged, and what follows from them. */
class ScenariosTest {

  @Test
  void scenario1SuccessfulMigrationFlow() {
    Agents agents = Agents.of(1, 3);
    World world = World.running(agents);
    world.work(agents);
    assertThat(world.path(0))
        .containsExactly(PREPARING, VALIDATING_PRE, MIGRATING, VALIDATING_POST, COMPLETING, DONE);
    assertThat(world.table(0).finished()).containsExactly(new ChunkRange(0, 2));
  }

  @Test
  void scenario2MigrationFailsMidExecution() {
    Agents agents = Agents.of(2, 3);
    World world = World.running(agents);
    world.workUntil(agents, Task.CopyChunk.class);
    world.report(Agents.failed(world.take(Task.CopyChunk.class), FailureClass.DATA, "22001"));
    world.work(agents);
    assertThat(world.path(0))
        .containsExactly(PREPARING, VALIDATING_PRE, MIGRATING, ROLLING_BACK, ROLLED_BACK);
    assertThat(world.table(1).state()).isEqualTo(DONE);
    assertThat(world.events(Event.MigrationFailed.class))
        .containsExactly(
            new Event.MigrationFailed(
                World.ID,
                LifecycleState.RUNNING,
                new Failure(
                    FailureClass.DATA,
                    "TABLES_FAILED",
                    "1 of 2 tables did not succeed: public.t0: 22001: it did not work; retry starts"
                        + " them again, rollback takes all back",
                    "")));
    world.command(Asked.retry());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.table(0).epoch()).isEqualTo(3);
  }

  @Test
  void scenario3DependencyResolutionFailure() {
    Agents agents =
        new Agents(
            List.of(
                new Agents.Shape(1, false, List.of()),
                new Agents.Shape(1, false, List.of(0)),
                new Agents.Shape(1, false, List.of(1))));
    World world = World.running(agents);
    world.workUntil(agents, Task.PrepareTable.class);
    assertThat(world.path(1)).containsExactly(PREPARING, BLOCKED);
    world.report(
        Agents.failed(world.take(Task.PrepareTable.class), FailureClass.PERMISSION, "42501"));
    assertThat(world.path(0)).containsExactly(PREPARING, VALIDATING_PRE, FAILED);
    assertThat(world.path(1)).containsExactly(PREPARING, BLOCKED, PREPARING, FAILED);
    assertThat(world.path(2)).containsExactly(PREPARING, BLOCKED, PREPARING, FAILED);
    assertThat(world.state()).isEqualTo(LifecycleState.FAILED);
  }

  @Test
  void scenario4PartialExecutionRecovery() {
    Agents agents = Agents.of(1, 4);
    World world = World.running(agents);
    world.workUntil(agents, Task.CopyChunk.class);
    agents.answer(world, world.take(Task.CopyChunk.class)).forEach(world::report);
    Task lost = world.take(Task.CopyChunk.class);
    world.lose(lost);
    assertThat(world.events(Event.TaskExpired.class))
        .containsExactly(
            new Event.TaskExpired(World.ID, lost.taskId(), 1, TaskKind.COPY_CHUNK, 0, 1));
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.table(0).epoch()).isEqualTo(1);
    assertThat(world.events(Event.ChunkCopied.class)).hasSize(4);
    assertThat(world.report(agents.copied((Task.CopyChunk) lost)).outcome())
        .isEqualTo(Outcome.MIGRATION_ENDED);
  }

  @Test
  void scenario5ATableThatMayNotBeTouchedYetIsBlockedAndWokenWhenTheHoldEnds() {
    Agents agents =
        new Agents(
            List.of(new Agents.Shape(1, false, List.of()), new Agents.Shape(1, false, List.of(0))));
    World world = World.running(agents);
    world.work(agents);
    assertThat(world.path(1))
        .startsWith(PREPARING, BLOCKED, PREPARING, VALIDATING_PRE)
        .endsWith(DONE);
  }

  @Test
  void scenario6ValidationFailurePreExecution() {
    Agents agents = Agents.of(1, 1);
    World world = World.running(agents);
    world.workUntil(agents, Task.PrepareTable.class);
    world.report(
        Agents.failed(world.take(Task.PrepareTable.class), FailureClass.DATA, "NOT_EMPTY"));
    assertThat(world.path(0)).containsExactly(PREPARING, VALIDATING_PRE, FAILED);
    assertThat(world.issued).noneMatch(Task.RollBackTable.class::isInstance);
  }

  @Test
  void scenario7ValidationFailurePostExecution() {
    Agents agents = Agents.of(1, 2);
    agents.rowsTooMany = 1;
    World world = World.running(agents);
    world.work(agents);
    assertThat(world.path(0))
        .containsExactly(
            PREPARING, VALIDATING_PRE, MIGRATING, VALIDATING_POST, ROLLING_BACK, ROLLED_BACK);
    assertThat(world.table(0).reason()).isEqualTo("the ledger holds 20 rows, the target gained 21");
  }

  @Test
  void aRollbackThatFailsLeavesTheTableFailedWithWhatIsLeft() {
    Agents agents = Agents.of(1, 1);
    agents.rowsTooMany = 1;
    World world = World.running(agents);
    world.workUntil(agents, Task.RollBackTable.class);
    Task.RollBackTable task = world.take(Task.RollBackTable.class);
    world.report(
        new Report.TableRolledBack(
            World.ID, task.taskId(), 1, Agents.WHO, task.table(), 0, task.epoch(), List.of("t0")));
    assertThat(world.table(0).state()).isEqualTo(FAILED);
    assertThat(world.table(0).reason()).isEqualTo("left in the target: t0");
  }

  @Test
  void chunksThatTheLedgerLostAreIssuedAgain() {
    Agents agents = Agents.of(1, 3);
    World world = World.running(agents);
    world.workUntil(agents, Task.CheckTable.class);
    agents.lose(0, 1);
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.events(Event.TableChecked.class))
        .extracting(Event.TableChecked::missingChunks)
        .containsExactly(List.of(1), List.of());
  }

  @Test
  void aPausedMigrationHandsNothingOutAndGoesOnFromItsCheckpoint() {
    Agents agents = Agents.of(2, 5);
    World world = World.running(agents);
    world.workUntil(agents, Task.CopyChunk.class);
    world.command(Asked.pause());
    int issued = world.issued.size();
    Task given = world.take(Task.CopyChunk.class);
    world.report(new Report.TaskReleased(World.ID, given.taskId(), 1, Agents.WHO, "paused"));
    world.work(agents);
    assertThat(world.issued).hasSize(issued);
    world.command(Asked.resume());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void cancellingRollsEveryClaimedTableBackFromLastToFirstThenTheTarget() {
    Agents agents = Agents.of(3, 2);
    World world = World.running(agents);
    world.workUntil(agents, Task.CheckTable.class);
    world.command(Asked.cancel());
    assertThat(world.command(Asked.cancel()).outcome()).isEqualTo(Outcome.COMMAND_REJECTED);
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CANCELLED);
    assertThat(world.events(Event.TableRolledBack.class))
        .extracting(Event.TableRolledBack::tableIndex)
        .containsExactly(1, 0);
    assertThat(world.table(2).state()).isEqualTo(IDLE);
    assertThat(world.events(Event.TargetRolledBack.class)).hasSize(1);
  }
}
