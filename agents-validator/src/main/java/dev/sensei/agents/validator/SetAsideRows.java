package dev.sensei.agents.validator;

import dev.sensei.agents.journal.Journal;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.databases.ledger.Decisions;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.LedgerEntry;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.ledger.RowChange;
import dev.sensei.databases.ledger.TableKey;
import dev.sensei.schemas.common.ErrorState;
import dev.sensei.schemas.common.RowDeviation;
import dev.sensei.schemas.common.SetAsideRow;
import dev.sensei.schemas.common.TableEvidence;
import dev.sensei.schemas.event.TableValidated;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the workers say of rows of a table that were set aside or changed: by the ledger, or where
 * that is released, by an earlier validation in the journal. It tells the Validator which rows to
 * leave out of its comparison, and is named on the certificate.
 *
 * @param rows those that are or were in the error queue
 * @param deviations rows that rules of the plan changed
 */
record SetAsideRows(List<SetAsideRow> rows, List<RowDeviation> deviations) {
  static final SetAsideRows NONE = new SetAsideRows(List.of(), List.of());

  SetAsideRows {
    rows = List.copyOf(rows);
    deviations = List.copyOf(deviations);
  }

  /**
   * The rows of all tables of a migration, by the target's ledger, about which nothing is decided
   * any more.
   */
  static Map<Integer, SetAsideRows> byLedger(Connection target, String migrationId) {
    Map<Integer, List<SetAsideRow>> byTable = new HashMap<>();
    for (QueuedRow row : new Decisions(LedgerSettings.DEFAULT).endAll(target, migrationId)) {
      byTable.computeIfAbsent(row.tableIndex(), index -> new ArrayList<>()).add(of(row));
    }
    Map<Integer, SetAsideRows> all = new HashMap<>();
    byTable.forEach((index, rows) -> all.put(index, new SetAsideRows(rows, List.of())));
    return all;
  }

  /** The same with what the table's ledger entries say of rows that were changed. */
  SetAsideRows withDeviations(Connection target, TableKey key, long epoch) {
    SortedMap<String, Long> counts = new TreeMap<>();
    for (LedgerEntry entry : new Ledger(LedgerSettings.DEFAULT).entries(target, key, epoch)) {
      entry.deviations().forEach((kind, count) -> counts.merge(kind, count, Long::sum));
    }
    return new SetAsideRows(
        rows,
        counts.entrySet().stream()
            .map(
                entry -> {
                  RowChange change = RowChange.parse(entry.getKey());
                  return new RowDeviation(change.kind(), change.column(), entry.getValue());
                })
            .toList());
  }

  /** What an earlier validation found of a table; nothing where there was none. */
  static SetAsideRows byJournal(Journal journal, String migrationId, int tableIndex, int epoch) {
    List<TableEvidence> found = new ArrayList<>();
    journal.forEach(
        migrationId,
        record -> {
          if (record.event() instanceof TableValidated event
              && event.getTableIndex() == tableIndex
              && event.getEpoch() == epoch) {
            found.add(event.getEvidence());
          }
        });
    return found.isEmpty()
        ? NONE
        : new SetAsideRows(found.getLast().getSetAsideRows(), found.getLast().getDeviations());
  }

  private static SetAsideRow of(QueuedRow row) {
    ErrorFields fields = row.fault().fields();
    return SetAsideRow.newBuilder()
        .setKeyHash(row.keyHash())
        .setSqlState(fields.sqlState())
        .setColumn(fields.column().orElse(""))
        .setConstraint(fields.constraint().orElse(""))
        .setState(
            switch (row.state()) {
              case OPEN -> ErrorState.OPEN;
              case SKIPPED -> ErrorState.SKIPPED;
              case RETRIED -> ErrorState.RETRIED;
              case CORRECTED -> ErrorState.CORRECTED;
            })
        .setDecidedBy(row.decidedBy().orElse(""))
        .setLocator(row.fault().locator().toString())
        .setWrittenBy(row.writtenBy())
        .build();
  }

  /**
   * The rows as a later snapshot shows them: one that was corrected, and whose earlier version is
   * not there any more, is a row as any other.
   *
   * @param visible where rows of the source stand under the snapshot, among those set aside
   */
  SetAsideRows under(Collection<RowLocator> visible) {
    return new SetAsideRows(
        rows.stream()
            .map(
                row ->
                    row.getState() == ErrorState.CORRECTED
                            && !visible.contains(RowLocator.parse(row.getLocator()))
                        ? SetAsideRow.newBuilder(row)
                            .setState(ErrorState.RETRIED)
                            .setWrittenBy(0)
                            .build()
                        : row)
            .toList(),
        deviations);
  }

  /** Where the rows stand that the target lacks as they were under the snapshot. */
  List<RowLocator> leftOut() {
    return rows.stream()
        .filter(row -> row.getState() != ErrorState.RETRIED)
        .map(row -> RowLocator.parse(row.getLocator()))
        .toList();
  }

  /** The target's transactions that wrote rows as the source has them since. */
  List<Long> corrections() {
    return rows.stream()
        .map(SetAsideRow::getWrittenBy)
        .filter(transaction -> transaction != 0)
        .toList();
  }

  /** What binds all of them; empty where there is none. */
  Optional<String> digest() {
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      rows.stream()
          .map(SetAsideRow::getKeyHash)
          .sorted()
          .forEach(hash -> digest.update((hash + "\n").getBytes(StandardCharsets.UTF_8)));
      return Optional.of(HexFormat.of().formatHex(digest.digest()));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** The evidence with them. */
  TableEvidence on(TableEvidence evidence) {
    return TableEvidence.newBuilder(evidence)
        .setSetAside(leftOut().size())
        .setSetAsideDigest(digest().orElse(""))
        .setSetAsideRows(rows)
        .setDeviations(deviations)
        .build();
  }
}
