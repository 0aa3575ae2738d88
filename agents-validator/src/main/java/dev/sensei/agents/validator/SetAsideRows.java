package dev.sensei.agents.validator;

import dev.sensei.certificate.Quarantine;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.copy.RowVersion;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.LedgerEntry;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.ledger.RowChange;
import dev.sensei.databases.ledger.TableKey;
import dev.sensei.schemas.common.ErrorState;
import dev.sensei.schemas.common.RowDeviation;
import dev.sensei.schemas.common.SetAsideRow;
import dev.sensei.schemas.common.TableEvidence;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the workers say of rows of a table that were set aside or changed: by the ledger, or where
 * that is released, by an earlier validation in the journal. It tells the Validator which rows to
 * leave out of its comparison, and is named on the certificate.
 *
 * @param rows those that are or were in the error queue
 * @param deviations rows that rules of the plan changed
 * @param gone how many of those that are to be left out the source does not have any more
 */
record SetAsideRows(List<SetAsideRow> rows, List<RowDeviation> deviations, long gone) {
  /** Names are no longer in PostgreSQL, and so evidence of all rows is bounded. */
  private static final int MOST_NAME = 63;

  static final SetAsideRows NONE = new SetAsideRows(List.of(), List.of(), 0);

  SetAsideRows {
    rows = List.copyOf(rows);
    deviations = List.copyOf(deviations);
  }

  /** The rows of a table at an epoch, by the target's ledger. */
  static SetAsideRows byLedger(Connection target, TableKey key, int epoch) {
    SortedMap<String, Long> counts = new TreeMap<>();
    for (LedgerEntry entry : new Ledger(LedgerSettings.DEFAULT).entries(target, key, epoch)) {
      entry.deviations().forEach((kind, count) -> counts.merge(kind, count, Long::sum));
    }
    return new SetAsideRows(
        new LedgerMarks(LedgerSettings.DEFAULT)
            .queued(target, key, epoch).stream().map(SetAsideRows::of).toList(),
        counts.entrySet().stream()
            .map(
                entry -> {
                  RowChange change = RowChange.parse(entry.getKey());
                  return new RowDeviation(change.kind(), change.column(), entry.getValue());
                })
            .toList(),
        0);
  }

  /** What an earlier validation found. */
  static SetAsideRows of(TableEvidence evidence) {
    return new SetAsideRows(evidence.getSetAsideRows(), evidence.getDeviations(), 0);
  }

  /** A name, or a rule by its text, which begins with its name. */
  private static String shortened(String constraint) {
    int space = constraint.indexOf(' ');
    return constraint.length() <= MOST_NAME || space < 0 || space > MOST_NAME
        ? constraint
        : constraint.substring(0, space);
  }

  static SetAsideRow of(QueuedRow row) {
    ErrorFields fields = row.fault().fields();
    return SetAsideRow.newBuilder()
        .setKeyHash(row.keyHash())
        .setSqlState(fields.sqlState())
        .setColumn(fields.column().orElse(""))
        .setConstraint(fields.constraint().map(SetAsideRows::shortened).orElse(""))
        .setState(
            switch (row.state()) {
              case OPEN -> ErrorState.OPEN;
              case SKIPPED -> ErrorState.SKIPPED;
              case RETRIED -> ErrorState.RETRIED;
              case CORRECTED -> ErrorState.CORRECTED;
              case LEFT_OUT -> ErrorState.LEFT_OUT;
              case FETCHED -> ErrorState.FETCHED;
            })
        .setDecidedBy(row.decidedBy().orElse(""))
        .setLocator(row.fault().locator().toString())
        .setWrittenBy(row.writtenBy())
        .setXmin(row.xmin())
        .setNumber(row.number())
        .build();
  }

  /**
   * The rows as a later snapshot shows them: one that was corrected, and whose earlier version is
   * not there any more, is a row as any other; one that was fetched, and is there by now, needs no
   * mention. Others that are not there any more are gone.
   *
   * @param visible rows that the source has under the snapshot, among those in doubt
   */
  SetAsideRows under(Collection<RowVersion> visible) {
    List<SetAsideRow> now =
        rows.stream()
            .filter(row -> row.getState() != ErrorState.FETCHED || !visible.contains(version(row)))
            .map(
                row ->
                    row.getState() == ErrorState.CORRECTED && !visible.contains(version(row))
                        ? SetAsideRow.newBuilder(row)
                            .setState(ErrorState.RETRIED)
                            .setWrittenBy(0)
                            .build()
                        : row)
            .toList();
    SetAsideRows all = new SetAsideRows(now, deviations, 0);
    long gone = all.leftOut().stream().filter(row -> !visible.contains(row)).count();
    return new SetAsideRows(now, deviations, gone);
  }

  /** The rows that the target lacks as they were under the snapshot. */
  List<RowVersion> leftOut() {
    return rows.stream()
        .filter(row -> row.getState() != ErrorState.RETRIED && row.getState() != ErrorState.FETCHED)
        .map(SetAsideRows::version)
        .toList();
  }

  /** The rows of which the snapshot tells what they are. */
  List<RowVersion> inDoubt() {
    return rows.stream()
        .filter(row -> row.getState() != ErrorState.RETRIED)
        .map(SetAsideRows::version)
        .toList();
  }

  private static RowVersion version(SetAsideRow row) {
    return new RowVersion(RowLocator.parse(row.getLocator()), row.getXmin());
  }

  /** What speaks against leaving them out, one line each. */
  List<String> differences() {
    return gone == 0
        ? List.of()
        : List.of(
            "%,d rows that were set aside are not in the source any more as they were then: they were changed or deleted, or a place was made up, and cannot be left out of the comparison. Roll the migration back and start it again, so that all rows are read at one moment"
                .formatted(gone));
  }

  /** The target's transactions that wrote rows as the source has them since. */
  List<Long> corrections() {
    return rows.stream()
        .map(SetAsideRow::getWrittenBy)
        .filter(transaction -> transaction != 0)
        .toList();
  }

  /** The evidence with them. */
  TableEvidence on(TableEvidence evidence) {
    return TableEvidence.newBuilder(evidence)
        .setSetAside(leftOut().size())
        .setSetAsideDigest(
            rows.isEmpty()
                ? ""
                : Quarantine.digest(rows.stream().map(SetAsideRow::getKeyHash).toList()))
        .setSetAsideRows(rows)
        .setDeviations(deviations)
        .build();
  }
}
