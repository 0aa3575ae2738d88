package dev.sensei.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.cli.display.ResultDocument;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.common.Milestone;
import dev.sensei.schemas.common.SnapshotEvidence;
import dev.sensei.schemas.common.TableRunState;
import dev.sensei.schemas.event.AnalysisCompleted;
import dev.sensei.schemas.event.AnalysisStarted;
import dev.sensei.schemas.event.ExecutionStarted;
import dev.sensei.schemas.event.MigrationFailed;
import dev.sensei.schemas.event.MilestonePassed;
import dev.sensei.schemas.event.RetryStarted;
import dev.sensei.schemas.event.SnapshotExported;
import dev.sensei.schemas.event.TableMoved;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

final class RunRecordTest {
  private static final String ID = "m-1";
  private static final Duration STEP = Duration.ofMillis(1_100);

  private final RunRecord record = new RunRecord();
  private Instant now = Instant.EPOCH;
  private long sequence;

  @Test
  void aSnapshotAfterAChangeIsADeviationWhereTablesWereDone() {
    happens(
        executionStarted(),
        snapshot(1, true),
        moved(0, TableRunState.DONE),
        moved(1, TableRunState.MIGRATING),
        snapshot(2, false));

    assertThat(record.deviations())
        .containsExactly(
            "snapshot 2: the source may have changed after 1 tables were done: they and the others"
                + " were not read at one moment");
  }

  @Test
  void snapshotsAfterChangesAreOneDeviation() {
    happens(
        executionStarted(),
        snapshot(1, true),
        moved(0, TableRunState.DONE),
        snapshot(2, false),
        moved(1, TableRunState.DONE),
        snapshot(3, true),
        snapshot(4, false));

    assertThat(record.deviations())
        .containsExactly(
            "snapshots 2, 4: the source may have changed after 1 tables were done: they and the"
                + " others were not read at one moment");
  }

  @Test
  void aSnapshotAfterAChangeIsNoDeviationWhereNothingWasKept() {
    happens(
        executionStarted(),
        snapshot(1, true),
        moved(0, TableRunState.DONE),
        moved(0, TableRunState.ROLLING_BACK),
        snapshot(2, false));

    assertThat(record.deviations()).isEmpty();
  }

  @Test
  void whatWasReadForARunThatWasGivenUpIsNoDeviation() {
    happens(
        executionStarted(),
        snapshot(1, true),
        moved(0, TableRunState.DONE),
        snapshot(2, false),
        executionStarted(),
        snapshot(3, false));

    assertThat(record.deviations()).isEmpty();
  }

  @Test
  void errorsThatWereTriedAgainAreNotRepeated() {
    happens(failed("08006"), new RetryStarted(), failed("42501"));

    assertThat(record.errors())
        .extracting(ResultDocument.ResultError::code)
        .containsExactly("42501");
  }

  @Test
  void whatAPersonWasAskedAboutAndHasDecidedIsNotRepeated() {
    happens(
        failed("PARENTS_SET_ASIDE"),
        new MilestonePassed(ID, Milestone.ERRORS_OPEN, "anna"),
        failed("42501"));

    assertThat(record.errors())
        .extracting(ResultDocument.ResultError::code)
        .containsExactly("42501");
  }

  @Test
  void thePhaseOfTwoAttemptsIsTheSumInHundredths() {
    happens(
        new AnalysisStarted(),
        new AnalysisCompleted(),
        new AnalysisStarted(),
        new AnalysisCompleted());

    assertThat(record.seconds()).containsEntry("analyze", 2.2).containsEntry("total", 3.3);
  }

  private void happens(SpecificRecord... events) {
    for (SpecificRecord event : events) {
      record.take(
          new JournalRecord(
              ID,
              sequence,
              now,
              "event-" + sequence,
              Optional.empty(),
              "0".repeat(64),
              "0".repeat(64),
              "0".repeat(64),
              event,
              0,
              sequence));
      sequence++;
      now = now.plus(STEP);
    }
  }

  private static ExecutionStarted executionStarted() {
    return new ExecutionStarted(ID, "plan");
  }

  private static SnapshotExported snapshot(int number, boolean sourceUnchanged) {
    return new SnapshotExported(
        ID, number, new SnapshotEvidence("s", "0/1", "1:1:", "1", 1, 150_018), sourceUnchanged);
  }

  private static TableMoved moved(int index, TableRunState to) {
    return new TableMoved(
        ID, "public.t" + index, index, 1, TableRunState.IDLE, to, "the test says so", false);
  }

  private static MigrationFailed failed(String code) {
    return new MigrationFailed(
        ID, LifecycleState.RUNNING, new Failure(FailureClass.INTERNAL, code, "no", ""));
  }
}
