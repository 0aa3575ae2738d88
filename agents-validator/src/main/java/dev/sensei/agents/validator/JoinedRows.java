package dev.sensei.agents.validator;

import dev.sensei.agents.TaskFailure;
import dev.sensei.databases.TableName;
import dev.sensei.databases.digest.ContentDigest;
import dev.sensei.databases.digest.DigestSubject.Writer;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.StagedRows;
import dev.sensei.databases.ledger.TableClaim;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.TableEvidence;
import java.sql.Connection;
import java.util.Optional;

/** Tells the migration's rows of a table from those of others that they joined. */
final class JoinedRows {
  private final Ledger ledger = new Ledger(LedgerSettings.DEFAULT);
  private final StagedRows staged = new StagedRows(LedgerSettings.DEFAULT);

  /**
   * The rows of others in a table that ours joined.
   *
   * @param before what they added up to before
   * @param now what they add up to
   * @param ours the transaction that wrote ours
   */
  record Others(ContentDigest before, ContentDigest now, long ours) {
    /** The evidence with them. */
    TableEvidence on(TableEvidence evidence) {
      return TableEvidence.newBuilder(evidence)
          .setOthersBefore(before.text())
          .setOthersNow(now.text())
          .setMovedInBy(ours)
          .build();
    }
  }

  /** What is known of the rows that joined others: by whom they are, and what the others were. */
  private record Joined(ContentDigest othersBefore, long movedInBy) {}

  /**
   * Looks at the others of a table: by the ledger, or where that is released, by what an earlier
   * validation found.
   *
   * @throws TaskFailure where neither tells which rows are the migration's
   */
  Others others(
      Connection target, String migrationId, TableName table, Optional<TableEvidence> earlier)
      throws TaskFailure {
    Joined joined =
        byLedger(target, migrationId, table)
            .or(() -> earlier.flatMap(JoinedRows::byJournal))
            .orElseThrow(() -> unknownRows(table));
    return new Others(
        joined.othersBefore(),
        staged.contentOf(target, table, new Writer.Others(joined.movedInBy())),
        joined.movedInBy());
  }

  private Optional<Joined> byLedger(Connection target, String migrationId, TableName table) {
    return ledger
        .claimOn(target, table)
        .filter(claim -> claim.key().migrationId().equals(migrationId))
        .flatMap(TableClaim::staging)
        .filter(staging -> staging.movedInBy().isPresent())
        .map(staging -> new Joined(staging.othersBefore(), staging.movedInBy().orElseThrow()));
  }

  private static Optional<Joined> byJournal(TableEvidence evidence) {
    return evidence.getMovedInBy() == 0
        ? Optional.empty()
        : Optional.of(
            new Joined(ContentDigest.parse(evidence.getOthersBefore()), evidence.getMovedInBy()));
  }

  private static TaskFailure unknownRows(TableName table) {
    return new TaskFailure(
        FailureClass.INTERNAL,
        "ROWS_UNKNOWN",
        "expected the target's ledger or the journal to tell the migration's rows of %s from those of others, found nothing on it there"
            .formatted(table),
        table.toString());
  }
}
