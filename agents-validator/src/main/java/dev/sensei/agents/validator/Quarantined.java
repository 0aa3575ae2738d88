package dev.sensei.agents.validator;

import dev.sensei.agents.plan.TablePlan;
import dev.sensei.certificate.CertificateDocument.Exemption;
import dev.sensei.certificate.Quarantine;
import dev.sensei.databases.ledger.RowChange;
import dev.sensei.schemas.common.ErrorState;
import dev.sensei.schemas.common.RowDeviation;
import dev.sensei.schemas.common.SetAsideRow;
import dev.sensei.schemas.common.TableEvidence;
import dev.sensei.schemas.event.TableValidated;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a certificate says of rows that were set aside, and of those that were changed. */
final class Quarantined {
  private Quarantined() {}

  static Quarantine of(
      List<TablePlan> tables, Map<Integer, TableValidated> validated, ToldErrors told) {
    List<Quarantine.Table> all = new ArrayList<>();
    int left = Quarantine.MOST_LISTED;
    for (TablePlan table : tables) {
      List<SetAsideRow> rows =
          Optional.ofNullable(validated.get(table.index()))
              .map(read -> read.getEvidence().getSetAsideRows())
              .orElse(List.of());
      if (!rows.isEmpty()) {
        Quarantine.Table quarantined = table(table, rows, left);
        left -= quarantined.listed().size();
        all.add(quarantined);
      }
    }
    return new Quarantine(
        all.stream().mapToLong(Quarantine.Table::rows).sum(),
        all.isEmpty()
            ? "no row was set aside"
            : "rows at fault were kept, encrypted, in the error queue until all was"
                + " validated; the digests leave out those that the target lacks as they were",
        told.decisions(),
        all);
  }

  private static Quarantine.Table table(TablePlan table, List<SetAsideRow> rows, int most) {
    long retried = in(rows, ErrorState.RETRIED);
    long fetched = in(rows, ErrorState.FETCHED);
    return new Quarantine.Table(
        table.source().toString(),
        rows.size() - retried - fetched,
        in(rows, ErrorState.OPEN),
        in(rows, ErrorState.SKIPPED),
        in(rows, ErrorState.LEFT_OUT),
        in(rows, ErrorState.CORRECTED),
        retried,
        fetched,
        Quarantine.digest(rows.stream().map(SetAsideRow::getKeyHash).toList()),
        rows.stream().limit(most).map(Quarantined::row).toList());
  }

  private static long in(List<SetAsideRow> rows, ErrorState state) {
    return rows.stream().filter(row -> row.getState() == state).count();
  }

  /** Rows of a table that are not in the target as they are in the source, but are there. */
  static List<Exemption> deviations(TablePlan table, TableEvidence evidence) {
    List<Exemption> all = new ArrayList<>();
    for (RowDeviation deviation : evidence.getDeviations()) {
      if (RowChange.leavesOut(deviation.getKind())) {
        // They were set aside, and are named there.
        continue;
      }
      all.add(
          new Exemption(
              deviation.getKind(),
              table.source() + (deviation.getColumn().isEmpty() ? "" : "." + deviation.getColumn()),
              "values were changed by a rule of the plan; the digests are over the changed ones",
              deviation.getRows()));
    }
    long corrected = in(evidence.getSetAsideRows(), ErrorState.CORRECTED);
    if (corrected > 0) {
      all.add(
          new Exemption(
              "corrected",
              table.source() + " (rows of the error queue)",
              "rows were changed in the source after the snapshot and written as they were then;"
                  + " they are in no digest and were not compared",
              corrected));
    }
    long fetched = in(evidence.getSetAsideRows(), ErrorState.FETCHED);
    if (fetched > 0) {
      all.add(
          new Exemption(
              "fetched",
              table.source() + " (rows that others refer to)",
              "versions of rows that the source wrote after the snapshot are in the target, since"
                  + " rows at fault refer to them; they are in no digest and were not compared, and"
                  + " an earlier version of the same row may be in the target too",
              fetched));
    }
    return all;
  }

  private static Quarantine.Row row(SetAsideRow row) {
    return new Quarantine.Row(
        row.getKeyHash(),
        row.getSqlState(),
        row.getColumn(),
        row.getConstraint(),
        switch (row.getState()) {
          case OPEN, UNKNOWN -> Quarantine.State.OPEN;
          case SKIPPED -> Quarantine.State.SKIPPED;
          case LEFT_OUT -> Quarantine.State.LEFT_OUT;
          case RETRIED -> Quarantine.State.RETRIED;
          case CORRECTED -> Quarantine.State.CORRECTED;
          case FETCHED -> Quarantine.State.FETCHED;
        },
        row.getDecidedBy());
  }
}
