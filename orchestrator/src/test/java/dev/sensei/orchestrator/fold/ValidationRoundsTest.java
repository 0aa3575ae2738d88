package dev.sensei.orchestrator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A validation that failed and is tried again counts nothing of the one before. */
class ValidationRoundsTest {

  private static final int TABLES = 12;

  private final Agents agents = Agents.of(TABLES, 1);
  private final World world = new World();
  private List<Task.ValidateTable> former = List.of();

  /** Five tables are validated and two in work when the keeper of the snapshot fails for good. */
  private void failInValidation() {
    world.command(Asked.create());
    world.command(Asked.start());
    world.work(agents);
    world.command(Asked.approve());
    while (world.events(Event.TableValidated.class).size() < 5) {
      agents.answer(world, world.pending.removeFirst()).forEach(world::report);
    }
    former = List.of(world.take(Task.ValidateTable.class), world.take(Task.ValidateTable.class));
    Task keeper =
        world.issued.stream()
            .filter(Task.KeepSnapshot.class::isInstance)
            .reduce((first, second) -> second)
            .orElseThrow();
    world.report(Agents.failed(keeper, FailureClass.PERMISSION, "42501"));
    assertThat(world.header().failedPhase()).isEqualTo(LifecycleState.VALIDATING);
    assertThat(world.header().active()).isEqualTo(2);
  }

  private List<Event.TableValidated> validatedSinceRetry() {
    int retried = world.journal.indexOf(world.events(Event.RetryStarted.class).getLast());
    return world.journal.subList(retried, world.journal.size()).stream()
        .filter(Event.TableValidated.class::isInstance)
        .map(Event.TableValidated.class::cast)
        .toList();
  }

  @Test
  void aCertificateThatTheJournalDoesNotBearOutIsNotAskedForAgain() {
    world.command(Asked.create());
    world.command(Asked.start());
    world.work(agents);
    world.command(Asked.approve());
    while (!(world.pending.getFirst() instanceof Task.CertifyMigration)) {
      agents.answer(world, world.pending.removeFirst()).forEach(world::report);
    }
    Task certify = world.take(Task.CertifyMigration.class);
    world.report(Agents.failed(certify, FailureClass.DATA, "NOT_CERTIFIABLE"));
    assertThat(world.events(Event.TaskDeferred.class)).isEmpty();
    assertThat(world.header().failedPhase()).isEqualTo(LifecycleState.VALIDATING);
    assertThat(world.header().failure().orElseThrow().code()).isEqualTo("NOT_CERTIFIABLE");
  }

  @Test
  void resultsOfTheFormerValidationChangeNothingBeforeTheNewOneAsksForThatTable() {
    failInValidation();
    world.command(Asked.retry());
    for (Task.ValidateTable task : former) {
      StepResult result = world.report(agents.validated(task));
      assertThat(result.outcome()).isEqualTo(Outcome.SUPERSEDED_ROUND);
      assertThat(result.events()).isEmpty();
    }
    assertThat(world.header().active()).isZero();
    assertThat(world.header().validated()).isZero();
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(validatedSinceRetry())
        .extracting(Event.TableValidated::tableIndex)
        .hasSize(TABLES)
        .doesNotHaveDuplicates();
  }

  @Test
  void failuresAndTimersOfTheFormerValidationChangeNothingEither() {
    failInValidation();
    World.Timer timer = world.timer(former.getLast());
    world.command(Asked.retry());
    assertThat(world.report(Agents.failed(former.getFirst(), FailureClass.DATA, "22001")).outcome())
        .isEqualTo(Outcome.SUPERSEDED_ROUND);
    assertThat(world.fire(timer).outcome()).isEqualTo(Outcome.SUPERSEDED_ROUND);
    assertThat(world.header().troubles()).isZero();
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void noTaskOfTheFormerValidationIsHandedOutAgainUnderANewSnapshot() {
    failInValidation();
    world.command(Asked.retry());
    int issued = world.issued.size();
    world.work(agents);
    assertThat(world.issued.subList(issued, world.issued.size()))
        .extracting(Task::taskId)
        .doesNotContainAnyElementsOf(former.stream().map(Task::taskId).toList());
  }

  @Test
  void aResultOfTheFormerValidationIsNamedSoAfterTheTableWasValidatedAnew() {
    failInValidation();
    world.command(Asked.retry());
    while (world.header().validated() < TABLES) {
      agents.answer(world, world.pending.removeFirst()).forEach(world::report);
    }
    assertThat(world.report(agents.validated(former.getFirst())).outcome())
        .isEqualTo(Outcome.SUPERSEDED_ROUND);
  }

  @Test
  void withoutAResultOfEveryTableInThisValidationThereIsNoCertificate() {
    failInValidation();
    world.command(Asked.retry());
    while (world.pending.stream().noneMatch(Task.ValidateStructure.class::isInstance)) {
      agents.answer(world, world.pending.removeFirst()).forEach(world::report);
    }
    MigrationEdit edit = new MigrationEdit(world.header());
    edit.validated--;
    Task task = world.take(Task.ValidateStructure.class);
    Input answer =
        new Input.ReportReceived(agents.answer(world, task).getFirst(), world.now, "answer");
    StepResult result =
        new Fold(Settings.ofInstallation("test"))
            .step(new Slice(Optional.of(edit.freeze()), Optional.empty()), answer);
    MigrationState after = result.migration().orElseThrow();
    assertThat(after.state()).isEqualTo(LifecycleState.FAILED);
    assertThat(after.failure().orElseThrow().code()).isEqualTo("VALIDATION_INCOMPLETE");
    assertThat(result.effects()).noneMatch(Effect.IssueTask.class::isInstance);
  }
}
