package dev.sensei.orchestrator.fold;

import java.time.Instant;

/** What the world outside has to do after a step, in this order. */
public sealed interface Effect {

  /**
   * Hand a task out. Of a {@link Task.CertifyMigration} the fold leaves {@code journalHead} empty:
   * whoever keeps the chain puts in the hash of the record at {@code journalSequence}, which is the
   * last of the step.
   */
  record IssueTask(Task task) implements Effect {}

  /**
   * Fire a {@link Input.TimerFired} at a time, with the same {@code silence}; it replaces the
   * task's earlier timer.
   */
  record SetTimer(TaskId taskId, int attempt, Instant at, Silence silence) implements Effect {}

  /** Forget the task's timer, where there is one. */
  record ClearTimer(TaskId taskId) implements Effect {}

  /** Feed the cursor back in the same transaction, behind those that wait already. */
  record Continue(Cursor cursor) implements Effect {}
}
