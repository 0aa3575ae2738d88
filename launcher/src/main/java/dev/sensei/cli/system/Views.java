package dev.sensei.cli.system;

import dev.sensei.cli.display.Amounts;
import dev.sensei.cli.display.MigrationView;
import dev.sensei.cli.display.MigrationView.Condition;
import dev.sensei.cli.display.MigrationView.Phase;
import dev.sensei.cli.display.MigrationView.TableProgress;
import dev.sensei.cli.display.MigrationView.TableState;
import dev.sensei.cli.display.ResultDocument;
import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.common.Milestone;
import dev.sensei.schemas.common.TableRunState;
import dev.sensei.schemas.progress.ChunkProgress;
import dev.sensei.schemas.state.Drain;
import dev.sensei.schemas.state.MigrationState;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a person sees of a migration, made from its state. */
final class Views {
  private Views() {}

  /**
   * The view of a migration.
   *
   * @param rowEstimates rows expected of each table, by its number; empty where no plan is known
   */
  static MigrationView of(StateFeed.Snapshot snapshot, Map<Integer, Long> rowEstimates) {
    MigrationState migration = snapshot.migration();
    List<TableProgress> tables =
        snapshot.tables().stream()
            .map(table -> table(table, snapshot.chunks(), rowEstimates))
            .toList();
    return new MigrationView(
        migration.getMigrationId(),
        migration.getState().name().toLowerCase(Locale.ROOT),
        phase(migration),
        condition(migration),
        waitsFor(migration),
        tables);
  }

  private static Optional<String> waitsFor(MigrationState migration) {
    String id = migration.getMigrationId();
    if (migration.getDrain() != Drain.NONE || migration.getResolution() != null) {
      // What was decided is being done.
      return Optional.empty();
    }
    return switch (migration.getState()) {
      case AWAITING_APPROVAL ->
          Optional.of(
              "a person's approval of its plan: ./sensei plan %1$s, approve %1$s".formatted(id));
      case PAUSED -> Optional.of("./sensei resume " + id);
      case FAILED ->
          Optional.ofNullable(migration.getFailure()).map(failed -> afterFailure(id, failed));
      default -> milestone(migration);
    };
  }

  private static String afterFailure(String id, Failure failed) {
    String accepted =
        failed.getCode().equals(ResultDocument.EXCEPTIONS_NOT_ACCEPTED)
            ? "./sensei accept " + id
            : "./sensei retry %1$s, or rollback %1$s".formatted(id);
    return "%s, since it failed with %s: %s"
        .formatted(accepted, failed.getCode(), failed.getMessage());
  }

  private static Optional<String> milestone(MigrationState migration) {
    String id = migration.getMigrationId();
    return switch (migration.getWaitingFor()) {
      case UNKNOWN -> Optional.empty();
      case BEFORE_EXECUTION, BEFORE_VALIDATION ->
          Optional.of(
              "./sensei resume %s, at the milestone %s"
                  .formatted(id, migration.getWaitingFor().name().toLowerCase(Locale.ROOT)));
      case ERRORS_OPEN ->
          Optional.of(
              migration.getState() == LifecycleState.RUNNING
                  ? "rows that foreign keys lack: ./sensei errors list %s, then retry or set-aside"
                      .formatted(id)
                  : "a decision about %s rows in the error queue: ./sensei errors list %s, then retry, skip, or accept %2$s"
                      .formatted(Amounts.count(migration.getOpenErrors()), id));
    };
  }

  private static TableProgress table(
      dev.sensei.schemas.state.TableState table,
      List<ChunkProgress> chunks,
      Map<Integer, Long> rowEstimates) {
    long rows = table.getRows();
    long bytes = table.getBytes();
    for (ChunkProgress chunk : chunks) {
      if (chunk.getTableIndex() == table.getTableIndex()) {
        rows += chunk.getRows();
        bytes += chunk.getBytes();
      }
    }
    return new TableProgress(
        table.getTable(),
        state(table.getState()),
        rows,
        rowEstimates.getOrDefault(table.getTableIndex(), 0L),
        bytes);
  }

  private static TableState state(TableRunState state) {
    return switch (state) {
      case UNKNOWN, IDLE -> TableState.WAITING;
      case PREPARING, VALIDATING_PRE -> TableState.PREPARING;
      case MIGRATING -> TableState.COPYING;
      case VALIDATING_POST, COMPLETING -> TableState.COMPLETING;
      case DONE -> TableState.DONE;
      case BLOCKED -> TableState.BLOCKED;
      case FAILED -> TableState.FAILED;
      case ROLLING_BACK -> TableState.ROLLING_BACK;
      case ROLLED_BACK -> TableState.ROLLED_BACK;
    };
  }

  private static Phase phase(MigrationState migration) {
    LifecycleState state =
        migration.getState() == LifecycleState.FAILED
            ? migration.getFailedPhase()
            : migration.getState();
    return switch (state) {
      case UNKNOWN, CREATED, ANALYZING -> Phase.ANALYZE;
      case PLANNING -> Phase.PLAN;
      case AWAITING_APPROVAL, APPROVED -> Phase.APPROVE;
      case RUNNING, PAUSED, COMPLETED, FAILED, CANCELLED -> Phase.MOVE;
      case VALIDATING, CERTIFIED -> Phase.VALIDATE;
    };
  }

  private static Condition condition(MigrationState migration) {
    if (migration.getDrain() == Drain.CANCEL) {
      return Condition.CANCELLED;
    }
    if (migration.getWaitingFor() != Milestone.UNKNOWN) {
      return Condition.WAITING;
    }
    return switch (migration.getState()) {
      case AWAITING_APPROVAL -> Condition.WAITING;
      case PAUSED -> Condition.PAUSED;
      case FAILED -> Condition.FAILED;
      case CANCELLED -> Condition.CANCELLED;
      case CERTIFIED -> Condition.DONE;
      case UNKNOWN, CREATED, ANALYZING, PLANNING, APPROVED, RUNNING, COMPLETED, VALIDATING ->
          Condition.WORKING;
    };
  }
}
