package dev.sensei.agents;

import dev.sensei.agents.state.MigrationStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** What a handler may ask and tell while it does a task. Safe for use by several threads. */
public interface TaskContext {
  /** Which task this is. */
  TaskIdentity task();

  /** Who does it: the agent's kind, host and process, as reports name it. */
  String agentName();

  /** When the orchestrator handed this task out, by its clock, to the millisecond. */
  Instant handedOut();

  /** How often this record was handed out, from 1; above 1 an agent was lost or stopped before. */
  int deliveryCount();

  /** The migration's latest state as far as this agent knows it. */
  Optional<MigrationStatus> migration();

  /**
   * Whether the work is not wanted any more: the migration is paused, being cancelled or over, or
   * this agent stops. Cheap; ask it between batches, and throw {@link TaskReleasedException} or
   * call {@link #throwIfCancelled()} where it is true.
   */
  boolean cancelled();

  /**
   * Gives the task up where it is {@link #cancelled()}.
   *
   * @throws TaskReleasedException where it is
   */
  default void throwIfCancelled() throws TaskReleasedException {
    if (cancelled()) {
      throw new TaskReleasedException("the work is not wanted any more");
    }
  }

  /**
   * Sends a report, and returns when Kafka has it. While Kafka is away it waits, up to {@link
   * AgentSettings#reportTimeout()}.
   *
   * @throws TaskReleasedException where the agent stops before the report could be delivered
   * @throws TaskFailure where the time is over, or Kafka refuses the report
   */
  default void report(SpecificRecord report) throws TaskReleasedException, TaskFailure {
    reportAll(List.of(report));
  }

  /**
   * Sends reports in this order, and returns when Kafka has all of them; faster than one by one.
   *
   * @throws TaskReleasedException where the agent stops before all could be delivered
   * @throws TaskFailure where the time is over, or Kafka refuses a report
   */
  void reportAll(List<? extends SpecificRecord> reports) throws TaskReleasedException, TaskFailure;

  /**
   * Says how far the task is, without waiting. At most one in {@link
   * AgentSettings#progressInterval()} is sent, the others are dropped.
   */
  void progress(SpecificRecord progress);
}
