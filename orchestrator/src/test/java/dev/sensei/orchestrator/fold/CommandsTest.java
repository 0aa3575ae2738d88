package dev.sensei.orchestrator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CommandsTest {
  private static final List<Milestone> ALL =
      List.of(Milestone.BEFORE_EXECUTION, Milestone.BEFORE_VALIDATION);

  static Stream<Arguments> everyStateWithEveryCommand() {
    return Arrays.stream(LifecycleState.values())
        .filter(state -> state != LifecycleState.UNKNOWN)
        .flatMap(state -> commands().map(command -> Arguments.of(state, command)));
  }

  private static Stream<Command> commands() {
    return Stream.of(
        Asked.start(),
        Asked.approve(),
        Asked.reject(),
        Asked.amend(),
        Asked.goOn(),
        Asked.pause(),
        Asked.resume(),
        Asked.cancel(),
        Asked.rollBack(),
        Asked.retry(),
        Asked.retryErrors(),
        Asked.skipErrors(),
        Asked.setAsideOrphans(),
        Asked.accept());
  }

  @ParameterizedTest
  @MethodSource("everyStateWithEveryCommand")
  void aCommandIsCarriedOutWhereTheTableAllowsItAndElseRejectedByName(
      LifecycleState state, Command command) {
    World world = in(state, command);
    int before = world.journal.size();
    StepResult result = world.command(command);
    if (Lifecycle.allows(state, command)) {
      assertThat(result.outcome()).isEqualTo(Outcome.ACCEPTED);
      assertThat(result.events()).isNotEmpty();
    } else {
      assertThat(result.outcome()).isEqualTo(Outcome.COMMAND_REJECTED);
      assertThat(world.journal.subList(before, world.journal.size()))
          .singleElement()
          .isInstanceOfSatisfying(
              Event.CommandRejected.class,
              rejected -> {
                assertThat(rejected.state()).isEqualTo(state);
                assertThat(rejected.reason()).contains(state.name());
                assertThat(Lifecycle.allowed(state))
                    .allMatch(name -> rejected.reason().contains(name));
              });
      assertThat(world.state()).isEqualTo(state);
    }
  }

  /** One that has what the command is about, where the state may have it. */
  private static World in(LifecycleState state, Command command) {
    boolean aboutErrors =
        command instanceof Command.RetryErrors
            || command instanceof Command.SkipErrors
            || command instanceof Command.SetAsideOrphans;
    if (state == LifecycleState.RUNNING
        && (aboutErrors || command instanceof Command.ContinueMigration)) {
      return withErrors(state, true);
    }
    return state == LifecycleState.COMPLETED && aboutErrors ? withErrors(state, false) : in(state);
  }

  private static World withErrors(LifecycleState state, boolean lackedByForeignKeys) {
    Agents agents =
        new Agents(
            List.of(new Agents.Shape(1, false, List.of()), new Agents.Shape(1, true, List.of())));
    agents.setAside.put(0, 3L);
    if (lackedByForeignKeys) {
      agents.orphaned.add(1);
    }
    World world = new World();
    world.command(Asked.create(Asked.setAside(5, 100)));
    planned(world, agents);
    world.command(Asked.approve());
    world.work(agents);
    assertThat(world.state()).isEqualTo(state);
    assertThat(world.header().waitingFor()).isEqualTo(Milestone.ERRORS_OPEN);
    return world;
  }

  /** A migration brought into the state by what people and agents do. */
  private static World in(LifecycleState state) {
    World world = new World();
    Agents agents = Agents.of(2, 2);
    world.command(Asked.create(Asked.options(ALL, false)));
    switch (state) {
      case CREATED, UNKNOWN -> {}
      case ANALYZING -> world.command(Asked.start());
      case PLANNING -> {
        world.command(Asked.start());
        agents.answer(world, world.pending.removeFirst()).forEach(world::report);
      }
      case AWAITING_APPROVAL -> planned(world, agents);
      case APPROVED -> approved(world, agents);
      case RUNNING -> running(world, agents);
      case PAUSED -> {
        running(world, agents);
        world.command(Asked.pause());
      }
      case COMPLETED -> {
        running(world, agents);
        world.work(agents);
      }
      case VALIDATING -> validating(world, agents);
      case CERTIFIED -> {
        validating(world, agents);
        world.work(agents);
      }
      case FAILED -> {
        running(world, agents);
        world.report(
            Agents.failed(world.take(Task.PrepareTarget.class), FailureClass.PERMISSION, "42501"));
      }
      case CANCELLED -> world.command(Asked.cancel());
    }
    assertThat(world.state()).isEqualTo(state);
    return world;
  }

  private static void planned(World world, Agents agents) {
    world.command(Asked.start());
    world.work(agents);
  }

  private static void approved(World world, Agents agents) {
    planned(world, agents);
    world.command(Asked.approve());
  }

  private static void running(World world, Agents agents) {
    approved(world, agents);
    world.command(Asked.goOn());
  }

  private static void validating(World world, Agents agents) {
    running(world, agents);
    world.work(agents);
    world.command(Asked.goOn());
  }

  @Test
  void aCommandForNoMigrationIsRefusedWithoutAnEvent() {
    StepResult result = new World().command(Asked.start());
    assertThat(result.outcome()).isEqualTo(Outcome.UNKNOWN_MIGRATION);
    assertThat(result.events()).isEmpty();
  }

  @Test
  void makingTheSameMigrationTwiceIsANamedDuplicateAndAnotherOneARejection() {
    World world = new World();
    world.command(Asked.create());
    assertThat(world.command(Asked.create()).outcome()).isEqualTo(Outcome.DUPLICATE);
    assertThat(world.command(Asked.create(Asked.options(ALL, true))).outcome())
        .isEqualTo(Outcome.COMMAND_REJECTED);
  }

  @Test
  void anApprovalOfAnotherPlanIsRejectedNamingBothDigests() {
    World world = in(LifecycleState.AWAITING_APPROVAL);
    assertThat(world.command(Asked.approve("plan-0")).events())
        .containsExactly(
            new Event.CommandRejected(
                World.ID,
                "ApprovePlan",
                "input-" + world.outcomes.values().stream().mapToInt(n -> n).sum(),
                LifecycleState.AWAITING_APPROVAL,
                "expected the digest of the plan at hand, plan-1, found plan-0: read the plan"
                    + " again"));
  }

  @Test
  void whoMadeAMigrationCannotApproveItWhereTwoPeopleAreAskedFor() {
    World world = new World();
    world.command(Asked.create(Asked.options(List.of(), true)));
    planned(world, Agents.of(1, 1));
    assertThat(world.command(new Command.ApprovePlan(World.ID, "plan-1", "ada", false)).outcome())
        .isEqualTo(Outcome.COMMAND_REJECTED);
    assertThat(world.command(Asked.approve()).outcome()).isEqualTo(Outcome.ACCEPTED);
  }

  @Test
  void anAmendedPlanNeedsItsOwnApproval() {
    World world = in(LifecycleState.AWAITING_APPROVAL);
    world.command(Asked.amend());
    world.work(Agents.of(2, 2));
    assertThat(world.command(Asked.approve("plan-1")).outcome())
        .isEqualTo(Outcome.COMMAND_REJECTED);
    assertThat(world.command(Asked.approve("plan-2")).outcome()).isEqualTo(Outcome.ACCEPTED);
  }

  @Test
  void theTablesOfTransitionsNameEveryState() {
    assertThat(Lifecycle.describe()).contains("| APPROVED | ExecutionStarted | RUNNING |");
    assertThat(TableTransitions.describe()).contains("| DONE | ROLLING_BACK |");
  }
}
