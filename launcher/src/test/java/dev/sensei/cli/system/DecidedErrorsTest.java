package dev.sensei.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.common.TaskKind;
import dev.sensei.schemas.event.CancellationStarted;
import dev.sensei.schemas.event.ErrorResolutionStarted;
import dev.sensei.schemas.event.ErrorsResolved;
import dev.sensei.schemas.event.MigrationFailed;
import dev.sensei.schemas.event.TaskFailed;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

final class DecidedErrorsTest {
  private static final Failure FAILURE =
      new Failure(FailureClass.CONFIGURATION, "OTHER_ERROR_KEY", "give every worker the same", "");

  private final DecidedErrors told = new DecidedErrors();

  @Test
  void aDecisionThatWasCarriedOutHasNoFailure() {
    assertThat(after(new ErrorResolutionStarted(), new ErrorsResolved())).isEmpty();
  }

  @Test
  void aDecisionWhoseTaskFailedForGoodHasItsFailure() {
    assertThat(after(new ErrorResolutionStarted(), failed(TaskKind.RESOLVE_ERRORS)))
        .contains("OTHER_ERROR_KEY: give every worker the same");
  }

  @Test
  void whatFailsElsewhereIsNotTheDecisions() {
    assertThat(after(failed(TaskKind.COPY_CHUNK), new ErrorResolutionStarted())).isEmpty();
    assertThat(after(failed(TaskKind.COPY_CHUNK), new ErrorsResolved())).isEmpty();
    assertThat(after(migrationFailed())).isEmpty();
  }

  @Test
  void aMigrationThatFailsOrIsCancelledEndsADecision() {
    assertThat(after(new ErrorResolutionStarted(), migrationFailed()))
        .contains("OTHER_ERROR_KEY: give every worker the same");
    assertThat(after(new ErrorResolutionStarted(), new CancellationStarted()))
        .contains("the migration is being rolled back");
  }

  @Test
  void theNextDecisionIsAnotherOne() {
    assertThat(
            after(
                new ErrorResolutionStarted(),
                failed(TaskKind.RESOLVE_ERRORS),
                new ErrorResolutionStarted(),
                new ErrorsResolved()))
        .isEmpty();
  }

  private Optional<String> after(SpecificRecord... events) {
    for (SpecificRecord event : events) {
      told.take(event);
    }
    return told.failure();
  }

  private static TaskFailed failed(TaskKind kind) {
    return new TaskFailed("m-1", "m-1/task/1", 1, kind, -1, -1, FAILURE);
  }

  private static MigrationFailed migrationFailed() {
    return new MigrationFailed("m-1", LifecycleState.RUNNING, FAILURE);
  }
}
