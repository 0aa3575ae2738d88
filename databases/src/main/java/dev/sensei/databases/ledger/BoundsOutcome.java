package dev.sensei.databases.ledger;

import java.util.List;
import java.util.OptionalLong;

/** What came of storing a table's chunk bounds. */
public sealed interface BoundsOutcome {
  /** They are stored. */
  record Stored(List<PlannedChunk> chunks) implements BoundsOutcome {}

  /** The epoch had bounds before; these hold, the new ones are dropped. */
  record AlreadyStored(List<PlannedChunk> chunks) implements BoundsOutcome {}

  /** The table has another epoch, or no claim (empty). */
  record Superseded(OptionalLong currentEpoch) implements BoundsOutcome {}
}
