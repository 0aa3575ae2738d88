package dev.sensei.databases.ledger;

import java.util.OptionalLong;

/** What came of a chunk's task. */
public sealed interface CopyOutcome {
  /** The rows are in, and the ledger says so, in one transaction. */
  record Copied(LedgerEntry entry) implements CopyOutcome {}

  /** The task was delivered before; the rows were in. Nothing was written. */
  record AlreadyCopied(LedgerEntry entry) implements CopyOutcome {}

  /** The table is at another epoch, or has no claim any more (empty). Nothing was written. */
  record Superseded(OptionalLong currentEpoch) implements CopyOutcome {}

  /** The ledger has no bounds for the chunk. Nothing was written. */
  record NotPlanned() implements CopyOutcome {}

  /** The chunk was planned under a later snapshot than the task's. Nothing was written. */
  record OtherSnapshot(int plannedNumber) implements CopyOutcome {}
}
