package dev.sensei.cli.system;

import dev.sensei.cli.display.MigrationView;
import dev.sensei.cli.display.MigrationView.Condition;
import dev.sensei.cli.display.MigrationView.Phase;
import dev.sensei.cli.display.MigrationView.TableProgress;
import dev.sensei.cli.display.MigrationView.TableState;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.common.Milestone;
import dev.sensei.schemas.common.TableRunState;
import dev.sensei.schemas.progress.ChunkProgress;
import dev.sensei.schemas.state.Drain;
import dev.sensei.schemas.state.MigrationState;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
        tables);
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
