package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;

/** What events about open tasks make of the list that holds them, and of the counts around it. */
final class EvolveTask {
  private EvolveTask() {}

  static Optional<TableState> evolve(
      MigrationEdit edit, Optional<TableState> before, Event.OfTask event) {
    if (event.tableIndex() < 0) {
      Optional<OpenTask> open = OpenTasks.find(edit.tasks, event.taskId());
      edit.tasks = tasks(edit, edit.tasks, event);
      if (event instanceof Event.TaskIssued issued) {
        headerTaskIssued(edit, event.kind());
        if (Groups.of(issued.kind()) && open.isEmpty()) {
          Groups.opened(edit, issued.kind(), issued.members());
        }
      } else if (event instanceof Event.TaskFailed && event.kind() == TaskKind.RESOLVE_ERRORS) {
        edit.resolution = Optional.empty();
      } else if (event instanceof Event.TaskFailed && Groups.of(event.kind())) {
        open.ifPresent(group -> Groups.closed(edit, group));
      }
      return before;
    }
    TableEdit table =
        new TableEdit(
            before.orElseThrow(() -> new IllegalStateException("no table " + event.tableIndex())));
    switch (event) {
      case Event.TaskIssued issued -> tableTaskIssued(edit, table, issued);
      case Event.TaskFailed failed -> tableTaskFailed(edit, table, failed);
      case Event.TaskDeferred _ -> {}
      case Event.TaskExpired _ -> {}
      case Event.TaskReleased _ -> {}
    }
    table.tasks = tasks(edit, table.tasks, event);
    return Optional.of(table.freeze());
  }

  private static List<OpenTask> tasks(
      MigrationEdit edit, List<OpenTask> tasks, Event.OfTask event) {
    TaskId id = event.taskId();
    return switch (event) {
      case Event.TaskIssued e -> {
        OpenTask task =
            OpenTasks.find(tasks, id)
                .orElseGet(
                    () ->
                        new OpenTask(
                            id,
                            e.kind(),
                            e.attempt(),
                            0,
                            e.chunk(),
                            0,
                            OpenTaskStatus.ISSUED,
                            e.members()));
        OpenTask issued = OpenTasks.issued(task, e.attempt(), edit.snapshot);
        yield OpenTasks.find(tasks, id).isPresent()
            ? OpenTasks.change(tasks, id, ignored -> issued)
            : OpenTasks.with(tasks, issued);
      }
      case Event.TaskDeferred _ ->
          OpenTasks.change(
              tasks, id, t -> OpenTasks.moved(t, OpenTaskStatus.DEFERRED, t.failures() + 1));
      case Event.TaskExpired _ ->
          OpenTasks.change(
              tasks, id, t -> OpenTasks.moved(t, OpenTaskStatus.WAITING, t.failures() + 1));
      case Event.TaskReleased _ ->
          OpenTasks.change(
              tasks, id, t -> OpenTasks.moved(t, OpenTaskStatus.WAITING, t.failures()));
      case Event.TaskFailed _ -> OpenTasks.without(tasks, id);
    };
  }

  private static void headerTaskIssued(MigrationEdit edit, TaskKind kind) {
    switch (kind) {
      case PLAN_MIGRATION -> edit.tablesPlanned = 0;
      case PREPARE_TARGET -> edit.targetTouched = true;
      case FINISH_TARGET -> edit.stage = Stage.FINISHING;
      case VALIDATE_REFERENCES -> edit.stage = Stage.VALIDATING_REFERENCES;
      case RECONCILE_LEDGER -> edit.stage = Stage.RECONCILING;
      case RELEASE_TARGET -> edit.stage = Stage.RELEASING;
      case VALIDATE_STRUCTURE -> edit.stage = Stage.VALIDATING_STRUCTURE;
      case CERTIFY_MIGRATION -> edit.stage = Stage.CERTIFYING;
      case UNKNOWN,
          ANALYZE_DATABASES,
          KEEP_SNAPSHOT,
          PREPARE_TABLE,
          COPY_CHUNK,
          CHECK_TABLE,
          COMPLETE_TABLE,
          ADD_FOREIGN_KEYS,
          ROLL_BACK_TABLE,
          ROLL_BACK_TARGET,
          VALIDATE_TABLE,
          MOVE_GROUP,
          ADD_GROUP_FOREIGN_KEYS,
          VALIDATE_GROUP,
          RESOLVE_ERRORS -> {}
    }
  }

  private static void tableTaskIssued(MigrationEdit edit, TableEdit table, Event.TaskIssued event) {
    switch (event.kind()) {
      case PREPARE_TABLE, COPY_CHUNK -> table.snapshot = edit.snapshot;
      case ADD_FOREIGN_KEYS, VALIDATE_TABLE -> {
        if (OpenTasks.find(table.tasks, event.taskId()).isEmpty()) {
          table.tasks = List.of();
          edit.active++;
          edit.nextTable = Math.max(edit.nextTable, table.tableIndex + 1);
        }
      }
      case UNKNOWN,
          ANALYZE_DATABASES,
          KEEP_SNAPSHOT,
          PLAN_MIGRATION,
          PREPARE_TARGET,
          CHECK_TABLE,
          COMPLETE_TABLE,
          FINISH_TARGET,
          ROLL_BACK_TABLE,
          ROLL_BACK_TARGET,
          RELEASE_TARGET,
          VALIDATE_REFERENCES,
          RECONCILE_LEDGER,
          VALIDATE_STRUCTURE,
          CERTIFY_MIGRATION,
          MOVE_GROUP,
          ADD_GROUP_FOREIGN_KEYS,
          VALIDATE_GROUP,
          RESOLVE_ERRORS -> {}
    }
  }

  private static void tableTaskFailed(MigrationEdit edit, TableEdit table, Event.TaskFailed event) {
    switch (event.kind()) {
      case ADD_FOREIGN_KEYS -> {
        edit.active--;
        Evolve.trouble(edit, table.table + ": " + event.failure().message());
        if (event.failure().code().equals(Errors.PARENTS_SET_ASIDE)) {
          edit.orphaned++;
        }
      }
      case VALIDATE_TABLE -> {
        edit.active--;
        edit.validated++;
        table.validated = CheckOutcome.FAILED;
        Evolve.trouble(edit, table.table + ": " + event.failure().message());
      }
      case ROLL_BACK_TABLE -> table.left = List.of(event.failure().message());
      case UNKNOWN,
          ANALYZE_DATABASES,
          KEEP_SNAPSHOT,
          PLAN_MIGRATION,
          PREPARE_TARGET,
          PREPARE_TABLE,
          COPY_CHUNK,
          CHECK_TABLE,
          COMPLETE_TABLE,
          FINISH_TARGET,
          ROLL_BACK_TARGET,
          RELEASE_TARGET,
          VALIDATE_REFERENCES,
          RECONCILE_LEDGER,
          VALIDATE_STRUCTURE,
          CERTIFY_MIGRATION,
          MOVE_GROUP,
          ADD_GROUP_FOREIGN_KEYS,
          VALIDATE_GROUP,
          RESOLVE_ERRORS -> {}
    }
  }
}
