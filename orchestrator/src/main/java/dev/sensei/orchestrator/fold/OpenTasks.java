package dev.sensei.orchestrator.fold;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What can be done with a list of open tasks. */
final class OpenTasks {
  private OpenTasks() {}

  static Optional<OpenTask> find(List<OpenTask> tasks, TaskId id) {
    return tasks.stream().filter(task -> task.taskId().equals(id)).findFirst();
  }

  static Optional<OpenTask> find(List<OpenTask> tasks, TaskKind kind) {
    return tasks.stream().filter(task -> task.kind() == kind).findFirst();
  }

  static boolean has(List<OpenTask> tasks, TaskKind kind) {
    return tasks.stream().anyMatch(task -> task.kind() == kind);
  }

  static List<OpenTask> without(List<OpenTask> tasks, TaskKind kind) {
    return tasks.stream().filter(task -> task.kind() != kind).toList();
  }

  static List<OpenTask> withoutChunk(List<OpenTask> tasks, int chunk) {
    return tasks.stream()
        .filter(task -> task.kind() != TaskKind.COPY_CHUNK || task.chunk() != chunk)
        .toList();
  }

  static List<OpenTask> without(List<OpenTask> tasks, TaskId id) {
    return tasks.stream().filter(task -> !task.taskId().equals(id)).toList();
  }

  static List<OpenTask> with(List<OpenTask> tasks, OpenTask task) {
    var all = new ArrayList<>(tasks);
    all.add(task);
    return all;
  }

  static List<OpenTask> change(List<OpenTask> tasks, TaskId id, UnaryOperator<OpenTask> change) {
    return tasks.stream()
        .map(task -> task.taskId().equals(id) ? change.apply(task) : task)
        .toList();
  }

  /** The task, issued again or for the first time. */
  static OpenTask issued(OpenTask task, int attempt, int snapshot) {
    return new OpenTask(
        task.taskId(),
        task.kind(),
        attempt,
        task.failures(),
        task.chunk(),
        snapshot,
        OpenTaskStatus.ISSUED,
        task.members());
  }

  static OpenTask moved(OpenTask task, OpenTaskStatus status, int failures) {
    return new OpenTask(
        task.taskId(),
        task.kind(),
        task.attempt(),
        failures,
        task.chunk(),
        task.snapshot(),
        status,
        task.members());
  }

  /** The task without one of its tables. */
  static OpenTask withoutMember(OpenTask task, int tableIndex) {
    return new OpenTask(
        task.taskId(),
        task.kind(),
        task.attempt(),
        task.failures(),
        task.chunk(),
        task.snapshot(),
        task.status(),
        task.members().stream().filter(member -> member.tableIndex() != tableIndex).toList());
  }

  /** Whether agents read the source under the snapshot for it. */
  static boolean readsSnapshot(TaskKind kind) {
    return switch (kind) {
      case PREPARE_TABLE,
          COPY_CHUNK,
          MOVE_GROUP,
          FINISH_TARGET,
          VALIDATE_TABLE,
          VALIDATE_GROUP,
          VALIDATE_REFERENCES,
          VALIDATE_STRUCTURE ->
          true;
      case UNKNOWN,
          ANALYZE_DATABASES,
          KEEP_SNAPSHOT,
          PLAN_MIGRATION,
          PREPARE_TARGET,
          CHECK_TABLE,
          COMPLETE_TABLE,
          ADD_FOREIGN_KEYS,
          ADD_GROUP_FOREIGN_KEYS,
          ROLL_BACK_TABLE,
          ROLL_BACK_TARGET,
          RELEASE_TARGET,
          RECONCILE_LEDGER,
          CERTIFY_MIGRATION,
          RESOLVE_ERRORS ->
          false;
    };
  }
}
