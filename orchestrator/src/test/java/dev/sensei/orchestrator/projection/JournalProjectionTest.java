package dev.sensei.orchestrator.projection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.orchestrator.fold.ChunkEvidence;
import dev.sensei.orchestrator.fold.DatabaseReference;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.ExistingRows;
import dev.sensei.orchestrator.fold.Failure;
import dev.sensei.orchestrator.fold.FailureClass;
import dev.sensei.orchestrator.fold.LifecycleState;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.Milestone;
import dev.sensei.orchestrator.fold.Options;
import dev.sensei.orchestrator.fold.RowDeviation;
import dev.sensei.orchestrator.fold.RowHash;
import dev.sensei.orchestrator.fold.TableErrors;
import dev.sensei.orchestrator.fold.TaskId;
import dev.sensei.orchestrator.fold.TaskKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ControlDatabases.class)
class JournalProjectionTest {
  private static final MigrationId ID = new MigrationId("shop-1");
  private static final TaskId CHUNK = new TaskId("shop-1/copy_chunk/0/0/1/2");
  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00Z");
  private static final Failure FAILURE =
      new Failure(FailureClass.TRANSIENT, "08006", "the connection was lost", "public.t");
  private static final String CHUNKS =
      """
      SELECT concat_ws(' ', operation, status, attempt, records_processed, batch_size,
        total_records, agent, error_message)
      FROM migration_control WHERE chunk = 2 ORDER BY id
      """;

  private long sequence;

  private boolean apply(Connection connection, Event event) throws SQLException {
    sequence++;
    return apply(connection, event, sequence);
  }

  private static boolean apply(Connection connection, Event event, long sequence)
      throws SQLException {
    return new JournalProjection(connection)
        .apply(
            new JournalEntry(
                "sensei.journal",
                0,
                sequence * 2,
                sequence,
                NOW.plusSeconds(sequence),
                "hash-" + sequence,
                event));
  }

  private void begin(Connection connection) throws SQLException {
    DatabaseReference database =
        new DatabaseReference("postgresql://ada@host/shop", Optional.empty());
    Options options =
        new Options(
            1_000,
            0,
            0,
            100,
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
            List.of(),
            false,
            List.of(),
            List.of(),
            List.of(),
            0,
            100,
            Optional.empty());
    apply(connection, new Event.MigrationCreated(ID, database, database, options, "ada"));
    apply(
        connection,
        new Event.TablePlanned(
            ID,
            1,
            1,
            "public.t",
            0,
            "public.t",
            1,
            List.of(),
            4_000,
            100,
            false,
            false,
            0.99,
            "{}"));
    apply(connection, new Event.TablePrepared(ID, "public.t", 0, 1, 4, 4_000, 0, true));
  }

  private static Event issued(int attempt) {
    return new Event.TaskIssued(ID, CHUNK, attempt, TaskKind.COPY_CHUNK, 0, 2, 1, List.of());
  }

  private static Event copied() {
    return new Event.ChunkCopied(
        ID,
        "public.t",
        0,
        1,
        new ChunkEvidence(2, 1, 900, 9_000, "d", "worker@a/1", NOW, NOW, 0, List.of()));
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return SeedStatementsTest.rows(statement, sql);
    }
  }

  @Test
  void aChunkThatFailsIsPendingUntilItsRetryRunsAndCompletes(ControlDatabase database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      begin(connection);
      apply(connection, issued(1));
      assertThat(rows(connection, CHUNKS)).containsExactly("batch_migration running 1 1000 4000");
      apply(
          connection,
          new Event.TaskDeferred(ID, CHUNK, 1, TaskKind.COPY_CHUNK, 0, 2, NOW, FAILURE));
      assertThat(rows(connection, CHUNKS))
          .containsExactly(
              "batch_migration failed 1 1000 4000 08006: the connection was lost (public.t)",
              "batch_migration_retry pending 2 1000 4000");
      apply(connection, issued(2));
      apply(connection, copied());
      assertThat(rows(connection, CHUNKS).getLast())
          .isEqualTo("batch_migration_retry completed 2 900 1000 4000 worker@a/1");
      assertThat(rows(connection, "SELECT chunks_copied || ' ' || rows FROM table_run"))
          .containsExactly("1 900");
    }
  }

  @Test
  void aPausedTaskGoesOnInItsRowAndALostOneIsFailed(ControlDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      begin(connection);
      apply(connection, issued(1));
      apply(connection, new Event.MigrationPaused(ID, "ada"));
      apply(connection, new Event.TaskReleased(ID, CHUNK, 1, TaskKind.COPY_CHUNK, 0, 2, "paused"));
      assertThat(rows(connection, CHUNKS))
          .containsExactly("batch_migration paused 1 1000 4000 paused");
      apply(connection, issued(2));
      apply(connection, new Event.TaskExpired(ID, CHUNK, 2, TaskKind.COPY_CHUNK, 0, 2));
      apply(connection, issued(3));
      assertThat(rows(connection, CHUNKS))
          .containsExactly(
              "batch_migration failed 2 1000 4000 no sign of life in time",
              "batch_migration_retry running 3 1000 4000");
    }
  }

  @Test
  void aTaskThatItsAgentGaveBackIsPendingUntilItIsHandedOutAgain(ControlDatabase database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      begin(connection);
      apply(connection, issued(1));
      apply(connection, new Event.TaskReleased(ID, CHUNK, 1, TaskKind.COPY_CHUNK, 0, 2, "stopped"));
      assertThat(rows(connection, CHUNKS))
          .containsExactly("batch_migration pending 1 1000 4000 stopped");
      assertThat(
              rows(connection, "SELECT started_at IS NULL FROM migration_control WHERE chunk = 2"))
          .containsExactly("t");
      apply(connection, issued(2));
      assertThat(rows(connection, CHUNKS)).containsExactly("batch_migration running 2 1000 4000");
    }
  }

  @Test
  void aResultOfAnAttemptThatWasGivenUpHasARow(ControlDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      begin(connection);
      apply(connection, issued(1));
      apply(connection, new Event.TaskExpired(ID, CHUNK, 1, TaskKind.COPY_CHUNK, 0, 2));
      apply(connection, copied());
      assertThat(rows(connection, CHUNKS))
          .containsExactly(
              "batch_migration failed 1 1000 4000 no sign of life in time",
              "batch_migration completed 1 900 1000 4000 worker@a/1");
    }
  }

  @Test
  void aTableThatIsRolledBackCountsNoRows(ControlDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      begin(connection);
      apply(connection, issued(1));
      apply(connection, copied());
      apply(connection, new Event.TableRolledBack(ID, "public.t", 0, 2, List.of()));
      assertThat(rows(connection, CHUNKS))
          .containsExactly(
              "batch_migration skipped 1 900 1000 4000 worker@a/1 undone by a later run");
      assertThat(rows(connection, "SELECT chunks_copied || ' ' || rows FROM table_run"))
          .containsExactly("0 0");
    }
  }

  @Test
  void theSameRecordTwiceChangesNothing(ControlDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      begin(connection);
      apply(connection, issued(1));
      assertThat(apply(connection, copied(), 5)).isTrue();
      List<String> before = rows(connection, "SELECT c::text FROM migration_control c ORDER BY id");
      assertThat(apply(connection, copied(), 5)).isFalse();
      assertThat(apply(connection, issued(1), 4)).isFalse();
      assertThat(rows(connection, "SELECT c::text FROM migration_control c ORDER BY id"))
          .isEqualTo(before);
      assertThat(rows(connection, "SELECT chunks_copied::text FROM table_run"))
          .containsExactly("1");
    }
  }

  private static final String ERRORS =
      """
      SELECT concat_ws(' ', t.rows, t.errors_open, t.errors_skipped, t.errors_retried,
        t.errors_corrected, m.rows) FROM table_run t JOIN migration m ON m.id = t.migration_id
      """;
  private static final String DEVIATIONS =
      "SELECT concat_ws(' ', epoch, chunk, kind, column_name, rows) FROM row_deviation"
          + " ORDER BY epoch, chunk, kind";

  private static Event setAside(int epoch) {
    return new Event.ChunkCopied(
        ID,
        "public.t",
        0,
        epoch,
        new ChunkEvidence(
            2,
            1,
            900,
            9_000,
            "d",
            "worker@a/1",
            NOW,
            NOW,
            3,
            List.of(new RowDeviation("truncate", "name", 4))));
  }

  private void resolve(Connection connection, long open, long skipped, long retried, long corrected)
      throws SQLException {
    apply(
        connection,
        new Event.ErrorsResolved(
            ID, List.of(new TableErrors(0, "public.t", open, skipped, retried, corrected, 0, 0))));
    Event counted =
        new Event.TableErrorsResolved(ID, "public.t", 0, 1, open, skipped, retried, corrected, 0);
    assertThat(apply(connection, counted)).isTrue();
    assertThat(apply(connection, counted, sequence)).isFalse();
  }

  @Test
  void rowsThatWereSetAsideAreCountedByWhatBecameOfThemAndLateOnesWithTheOthers(
      ControlDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      begin(connection);
      apply(connection, setAside(1));
      assertThat(apply(connection, setAside(1), sequence)).isFalse();
      apply(connection, new Event.ExecutionCompleted(ID, 900, 9_000));
      assertThat(rows(connection, ERRORS)).containsExactly("900 3 0 0 0 900");
      assertThat(rows(connection, DEVIATIONS))
          .containsExactly("1 2 set_aside  3", "1 2 truncate name 4");
      resolve(connection, 2, 0, 1, 0);
      assertThat(rows(connection, ERRORS)).containsExactly("901 2 0 1 0 901");
      resolve(connection, 0, 1, 1, 1);
      assertThat(rows(connection, ERRORS)).containsExactly("902 0 1 1 1 902");
      assertThat(
              rows(
                  connection,
                  """
                  SELECT concat_ws(' ', table_name, records_processed, total_records)
                  FROM migration_control WHERE operation LIKE 'error_resolution%'
                    AND table_name <> '*' ORDER BY id
                  """))
          .contains("public.t 2 3");
    }
  }

  @Test
  void rowsThatCameWithOthersAreAnOperationOfTheirTable(ControlDatabase database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      begin(connection);
      apply(
          connection,
          new Event.ErrorsResolved(
              ID,
              List.of(
                  new TableErrors(0, "public.t", 0, 0, 1, 3, 0, 2),
                  new TableErrors(1, "public.u", 0, 0, 1, 0, 0, 0))));
      assertThat(
              rows(
                  connection,
                  """
                  SELECT concat_ws(' ', table_name, phase, status, records_processed, total_records)
                  FROM migration_control WHERE operation = 'missing_parent_migration'
                  """))
          .containsExactly("public.t execution completed 2 2");
    }
  }

  @Test
  void aTableThatIsRolledBackHasNoErrorsAndNothingOfEarlierRunsIsLeft(ControlDatabase database)
      throws SQLException {
    try (Connection connection = database.connect()) {
      begin(connection);
      apply(connection, setAside(1));
      resolve(connection, 1, 1, 1, 0);
      apply(connection, new Event.TableRolledBack(ID, "public.t", 0, 2, List.of()));
      assertThat(rows(connection, ERRORS)).containsExactly("0 0 0 0 0");
      assertThat(rows(connection, DEVIATIONS)).isEmpty();
      apply(connection, new Event.TablePrepared(ID, "public.t", 0, 3, 4, 4_000, 0, true));
      apply(connection, setAside(3));
      assertThat(rows(connection, DEVIATIONS)).hasSize(2).allMatch(row -> row.startsWith("3 "));
      apply(
          connection,
          new Event.PlanCompleted(
              ID, 1, 1, "plan-2", 1, 1, 10, 100, 1, 0.99, 0, List.of(), List.of(), "{}"));
      assertThat(rows(connection, DEVIATIONS)).isEmpty();
    }
  }

  @Test
  void anAcceptanceIsVoidOnceRowsWaitThatNobodyKnewOf(ControlDatabase database)
      throws SQLException {
    String accepted =
        "SELECT exceptions_accepted::text || coalesce(waiting_for, '') FROM migration";
    try (Connection connection = database.connect()) {
      begin(connection);
      apply(connection, new Event.PlanApproved(ID, "plan", "grace", true));
      apply(connection, setAside(1));
      assertThat(rows(connection, accepted)).containsExactly("true");
      apply(connection, new Event.MilestoneReached(ID, Milestone.ERRORS_OPEN));
      assertThat(rows(connection, accepted)).containsExactly("falseerrors_open");
      apply(connection, new Event.ExceptionsAccepted(ID, "plan", "grace"));
      resolve(connection, 0, 0, 3, 0);
      assertThat(rows(connection, accepted)).containsExactly("trueerrors_open");
      resolve(connection, 0, 0, 2, 1);
      assertThat(rows(connection, accepted)).containsExactly("falseerrors_open");
      apply(connection, new Event.MigrationFailed(ID, LifecycleState.RUNNING, FAILURE));
      assertThat(rows(connection, accepted)).containsExactly("false");
      apply(connection, new Event.MilestoneReached(ID, Milestone.BEFORE_VALIDATION));
      apply(connection, new Event.CancellationStarted(ID, "enough", "ada"));
      assertThat(rows(connection, accepted)).containsExactly("false");
    }
  }
}
