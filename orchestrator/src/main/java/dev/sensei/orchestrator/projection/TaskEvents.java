package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.MigrationId;
import java.sql.SQLException;
import java.time.Instant;

/** Rows that follow from events about a task. */
final class TaskEvents {
  private final TaskRows tasks;

  TaskEvents(TaskRows tasks) {
    this.tasks = tasks;
  }

  void apply(Event.OfTask event, long sequence, Instant time) throws SQLException {
    MigrationId id = event.migrationId();
    switch (event) {
      case Event.TaskIssued issued -> tasks.issued(issued, sequence, time);
      case Event.TaskDeferred deferred -> tasks.deferred(deferred, sequence, time);
      case Event.TaskExpired expired ->
          tasks.endAttempt(
              id, expired.taskId().value(), expired.attempt(), "no sign of life in time", time);
      case Event.TaskReleased released -> tasks.released(released);
      case Event.TaskFailed failed ->
          tasks.endAttempt(
              id,
              failed.taskId().value(),
              failed.attempt(),
              TaskRows.message(failed.failure()),
              time);
    }
  }
}
