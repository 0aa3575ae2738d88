package dev.sensei.agents;

import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * What an agent does with its tasks.
 *
 * <p>A task may arrive more than once, also while it is in work in another process. Handling it has
 * to be harmless the second time; the runtime only keeps a process from doing one attempt twice.
 */
public interface TaskHandler {
  /** The types of task that this handler takes; any other goes to the dead letters. */
  Set<Class<? extends SpecificRecord>> taskTypes();

  /**
   * Those of {@link #taskTypes()} that may be in work for as long as their migration lives. Each
   * runs beside the slots, up to {@link AgentSettings#longLivedTasks()} of them, and is not {@link
   * TaskContext#cancelled() cancelled} by a pause.
   */
  default Set<Class<? extends SpecificRecord>> longLivedTypes() {
    return Set.of();
  }

  /**
   * Those of {@link #taskTypes()} that clean up, and so go on while their migration is being
   * cancelled.
   */
  default Set<Class<? extends SpecificRecord>> cleaningTypes() {
    return Set.of();
  }

  /**
   * Does a task and reports what came of it. The task counts as done when this returns, and is not
   * handed out again.
   *
   * @throws TaskFailure where the task failed for a known reason; reported as {@code TaskFailed}
   * @throws TaskReleasedException where it was given up undone since {@link
   *     TaskContext#cancelled()}; reported as {@code TaskReleased}, or handed to another agent
   *     where this one stops
   * @throws Exception for anything else; a failure of JDBC is classified by its SQLSTATE, all else
   *     is reported as {@code INTERNAL} by the exception's class, since a message may quote rows
   */
  void handle(SpecificRecord task, TaskContext context) throws Exception;

  /** What tells how much is done, where the number of slots may be chosen by it. */
  default Optional<WorkMeter> meter() {
    return Optional.empty();
  }

  /** Lets go of what the handler keeps between tasks. Called once, when the agent stops. */
  default void close() {}
}
