package dev.sensei.orchestrator.fold;

/** What became of an input; counted, so that nothing is ignored silently. */
public enum Outcome {
  /** It was folded in. */
  ACCEPTED,
  /** A result of an attempt that was given up; it is still a result, and was folded in. */
  LATE_ATTEMPT_ACCEPTED,
  /** A sign of life: the deadline moves, nothing else. */
  HEARTBEAT,
  /** A timer passed over a task that no agent has taken yet; it is set anew, nothing else. */
  STILL_QUEUED,

  /**
   * A timer fired more than a whole timeout late, so that signs of life had nobody to hear them; it
   * is set anew, nothing else.
   */
  OVERDUE,

  /** The command is not allowed now; a CommandRejected event says why. */
  COMMAND_REJECTED,
  /** What it says is known already. */
  DUPLICATE,
  /** A failure, sign of life or release of an attempt that was given up. */
  SUPERSEDED_ATTEMPT,
  /** It is about an earlier run of the table. */
  SUPERSEDED_EPOCH,
  /** It is about a validation that is over; a later one asks for everything again. */
  SUPERSEDED_ROUND,

  /** It belongs to an analysis, or an attempt at one, that is over. */
  STALE_ANALYSIS,
  /** It belongs to a plan, or an attempt at one, that is over. */
  STALE_PLAN,
  /** It names a task that is not open. */
  NOT_OUTSTANDING,
  /** It answers a task in a way that this kind of task has not. */
  WRONG_KIND,
  /** It names a table that the plan has not. */
  UNKNOWN_TABLE,
  /** There is no such migration. */
  UNKNOWN_MIGRATION,
  /** The migration is certified or cancelled. */
  MIGRATION_ENDED,
  /** Everything is being rolled back; what else was under way is forgotten. */
  DRAINING,
  /** The migration is paused or failed: nothing is handed out until it goes on. */
  NOT_WORKING,
  /** A cursor found nothing to do. */
  NOTHING_TO_DO
}
