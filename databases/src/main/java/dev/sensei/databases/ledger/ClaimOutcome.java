package dev.sensei.databases.ledger;

/** What came of claiming a table. */
public sealed interface ClaimOutcome {
  /** The table is this migration's now. */
  record Claimed(TableClaim claim) implements ClaimOutcome {}

  /** It was this migration's before; the claim is as it was. */
  record AlreadyOurs(TableClaim claim) implements ClaimOutcome {}

  /** Another migration has it. */
  record HeldByOther(TableClaim claim) implements ClaimOutcome {}
}
