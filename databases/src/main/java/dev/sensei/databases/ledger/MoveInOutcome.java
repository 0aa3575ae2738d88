package dev.sensei.databases.ledger;

import java.util.OptionalLong;

/** What came of moving a table's staged rows into it. */
public sealed interface MoveInOutcome {
  /** The rows are in the table; now, or by an earlier call. */
  record MovedIn() implements MoveInOutcome {}

  /** The table is at another epoch, or has no claim any more (empty). */
  record Superseded(OptionalLong currentEpoch) implements MoveInOutcome {}

  /**
   * The table took other rows than were offered, as one does whose trigger or rule leaves some out;
   * nothing was moved.
   *
   * @param staged how many rows there were
   * @param taken how many the table took
   * @param known how many rows of the table carry the transaction's number, by which they would be
   *     told from others
   */
  record NotAllTaken(long staged, long taken, long known) implements MoveInOutcome {}
}
