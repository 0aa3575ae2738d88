package dev.sensei.databases.ledger;

import java.util.OptionalLong;

/** What came of raising a table's epoch. */
public sealed interface RaiseOutcome {
  /**
   * Table and ledger are empty, the epoch is the new one.
   *
   * @param sessionsEnded how many sessions of older epochs were terminated
   * @param truncated whether TRUNCATE emptied the table; else DELETE did
   */
  record Raised(int sessionsEnded, boolean truncated) implements RaiseOutcome {}

  /** The epoch was there before; nothing was emptied. */
  record AlreadyThere() implements RaiseOutcome {}

  /** The table is at a newer epoch, or has no claim any more (empty). */
  record Superseded(OptionalLong currentEpoch) implements RaiseOutcome {}

  /** The table held rows that are not ours; it was not touched. */
  record HoldsOthersRows(long rowsBefore) implements RaiseOutcome {}
}
