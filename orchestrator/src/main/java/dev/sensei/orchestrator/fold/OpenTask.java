package dev.sensei.orchestrator.fold;

import java.util.List;

/**
 * A task that has no result yet.
 *
 * @param taskId the task, the same for every attempt.
 * @param kind what is asked.
 * @param attempt the latest attempt, from 1.
 * @param failures how many attempts failed or expired; what decides whether the task is poison.
 * @param chunk the chunk's number, or -1.
 * @param snapshot the number of the snapshot it was issued under, or 0.
 * @param status where it stands.
 * @param members tables that it is to report on together, without those that have their result;
 *     empty where it is about one table, or about none.
 */
public record OpenTask(
    TaskId taskId,
    TaskKind kind,
    int attempt,
    int failures,
    int chunk,
    int snapshot,
    OpenTaskStatus status,
    List<GroupMember> members) {
  public OpenTask {
    members = List.copyOf(members);
  }
}
