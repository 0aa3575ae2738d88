package dev.sensei.orchestrator.fold;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What the world has to do after an event: tasks, timers, and work over all tables. */
final class React {
  private React() {}

  static List<Effect> react(Settings settings, Slice after, Event event, Instant now) {
    MigrationState migration =
        after.migration().orElseThrow(() -> new IllegalStateException("no migration"));
    return switch (event) {
      case Event.TaskIssued e ->
          List.of(
              new Effect.IssueTask(TaskFactory.task(settings, after, e)),
              new Effect.SetTimer(
                  e.taskId(),
                  e.attempt(),
                  now.plusMillis(migration.options().taskTimeoutMillis()),
                  Silence.NOT_TAKEN));
      case Event.TaskDeferred e ->
          List.of(new Effect.SetTimer(e.taskId(), e.attempt(), e.notBefore(), Silence.NOT_TAKEN));
      case Event.TaskExpired e -> List.of(new Effect.ClearTimer(e.taskId()));
      case Event.TaskReleased e -> List.of(new Effect.ClearTimer(e.taskId()));
      case Event.TaskFailed e -> taskFailed(migration, e);
      case Event.GroupCompleted e -> {
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.ClearTimer(e.taskId()));
        effects.addAll(next(migration));
        yield effects;
      }
      case Event.TableMoved e -> tableMoved(migration, e);
      case Event.ForeignKeysAdded _ -> next(migration);
      case Event.TableValidated _ -> next(migration);
      case Event.CancellationStarted _ -> next(migration);
      case Event.RetryStarted e ->
          e.phase() == LifecycleState.ANALYZING && migration.drain() != Drain.NONE
              ? next(migration)
              : List.of();
      case Event.MigrationCreated _,
          Event.AnalysisStarted _,
          Event.TableDescribed _,
          Event.CatalogDescribed _,
          Event.AnalysisCompleted _,
          Event.PlanningStarted _,
          Event.PlanCompleted _,
          Event.PlanApproved _,
          Event.PlanRejected _,
          Event.ExceptionsAccepted _,
          Event.MilestoneReached _,
          Event.MilestonePassed _,
          Event.ExecutionStarted _,
          Event.SnapshotExported _,
          Event.SnapshotLost _,
          Event.TargetPrepared _,
          Event.TargetFinished _,
          Event.ErrorResolutionStarted _,
          Event.ErrorsResolved _,
          Event.TableErrorsResolved _,
          Event.MigrationPaused _,
          Event.MigrationResumed _,
          Event.ExecutionCompleted _,
          Event.ValidationStarted _,
          Event.ReferencesValidated _,
          Event.LedgerReconciled _,
          Event.TargetReleased _,
          Event.StructureValidated _,
          Event.CertificateIssued _,
          Event.MigrationFailed _,
          Event.TargetRolledBack _,
          Event.MigrationCancelled _,
          Event.CommandRejected _,
          Event.TablePlanned _,
          Event.TablePrepared _,
          Event.ChunkCopied _,
          Event.TableChecked _,
          Event.TableCompleted _,
          Event.TableRolledBack _ ->
          List.of();
    };
  }

  private static List<Effect> taskFailed(MigrationState migration, Event.TaskFailed event) {
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.ClearTimer(event.taskId()));
    if (event.kind() == TaskKind.ADD_FOREIGN_KEYS || event.kind() == TaskKind.VALIDATE_TABLE) {
      effects.addAll(next(migration));
    }
    return effects;
  }

  private static List<Effect> tableMoved(MigrationState migration, Event.TableMoved event) {
    return switch (event.to()) {
      case DONE, FAILED, ROLLED_BACK -> {
        List<Effect> effects = new ArrayList<>();
        if (Draft.working(migration) && migration.blocked() > 0) {
          effects.add(new Effect.Continue(new Cursor.Wake(event.tableIndex() + 1)));
        }
        effects.addAll(next(migration));
        yield effects;
      }
      case UNKNOWN,
          IDLE,
          PREPARING,
          VALIDATING_PRE,
          MIGRATING,
          VALIDATING_POST,
          COMPLETING,
          ROLLING_BACK,
          BLOCKED ->
          List.of();
    };
  }

  /** The cursor that goes on with the stage, where it is one over tables. */
  static List<Effect> next(MigrationState migration) {
    if (migration.drain() != Drain.NONE) {
      return List.of(new Effect.Continue(new Cursor.Drain(migration.nextTable())));
    }
    if (!Draft.working(migration)) {
      return List.of();
    }
    return switch (migration.stage()) {
      case TABLES -> List.of(new Effect.Continue(new Cursor.Start(migration.nextTable())));
      case FOREIGN_KEYS ->
          List.of(new Effect.Continue(new Cursor.AddForeignKeys(migration.nextTable())));
      case VALIDATING_TABLES ->
          List.of(new Effect.Continue(new Cursor.Validate(migration.nextTable())));
      case UNKNOWN,
          NONE,
          PREPARING,
          FINISHING,
          VALIDATING_REFERENCES,
          RECONCILING,
          RELEASING,
          VALIDATING_STRUCTURE,
          CERTIFYING ->
          List.of();
    };
  }
}
