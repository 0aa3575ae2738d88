package dev.sensei.databases.ledger;

import java.util.OptionalLong;

/** How a piece of work on a table ended that is to be done once in an epoch. */
public sealed interface OnceOutcome {
  /** It is done: now, or it was before. */
  record Done(boolean now) implements OnceOutcome {}

  /** Nothing was done: the table is at another epoch, or has no claim any more (empty). */
  record Superseded(OptionalLong currentEpoch) implements OnceOutcome {}
}
