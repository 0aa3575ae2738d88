package dev.sensei.agents.validator;

import dev.sensei.agents.plan.TablePlan;
import dev.sensei.certificate.CertificateDocument.Exemption;
import dev.sensei.certificate.CertificateDocument.Quarantine;
import dev.sensei.certificate.CertificateDocument.QuarantinedRow;
import dev.sensei.certificate.CertificateDocument.QuarantinedTable;
import dev.sensei.schemas.common.ErrorState;
import dev.sensei.schemas.common.RowDeviation;
import dev.sensei.schemas.common.SetAsideRow;
import dev.sensei.schemas.common.TableEvidence;
import dev.sensei.schemas.event.TableValidated;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a certificate says of rows that were set aside, and of those that were changed. */
final class Quarantined {
  private static final String OPEN = name(ErrorState.OPEN);

  /** Rows that a certificate lists, over all tables; the digests bind all of them. */
  private static final int MOST_LISTED = 10_000;

  private Quarantined() {}

  static Quarantine of(List<TablePlan> tables, Map<Integer, TableValidated> validated) {
    List<QuarantinedTable> all = new ArrayList<>();
    int[] left = {MOST_LISTED};
    for (TablePlan table : tables) {
      Optional.ofNullable(validated.get(table.index()))
          .map(TableValidated::getEvidence)
          .filter(evidence -> !evidence.getSetAsideRows().isEmpty())
          .ifPresent(
              evidence -> {
                List<SetAsideRow> listed =
                    evidence.getSetAsideRows().stream().limit(left[0]).toList();
                left[0] -= listed.size();
                all.add(
                    new QuarantinedTable(
                        table.source().toString(),
                        evidence.getSetAside(),
                        evidence.getSetAsideDigest(),
                        listed.stream().map(Quarantined::row).toList()));
              });
    }
    long rows = all.stream().mapToLong(QuarantinedTable::rows).sum();
    return new Quarantine(
        rows,
        rows == 0
            ? "no row was set aside"
            : "rows at fault were kept, encrypted, in the error queue until all was"
                + " validated; the digests leave them out",
        all);
  }

  /** Rows that nobody decided about. */
  static long waiting(Quarantine quarantine) {
    return quarantine.tables().stream()
        .flatMap(table -> table.listed().stream())
        .filter(row -> row.state().equals(OPEN))
        .count();
  }

  /** Rows of a table that are not in the target as they are in the source, but are there. */
  static List<Exemption> deviations(TablePlan table, TableEvidence evidence) {
    List<Exemption> all = new ArrayList<>();
    for (RowDeviation deviation : evidence.getDeviations()) {
      all.add(
          new Exemption(
              deviation.getKind(),
              table.source() + (deviation.getColumn().isEmpty() ? "" : "." + deviation.getColumn()),
              deviation.getKind().startsWith("keep_")
                  ? "rows that equal another were left out by a rule of the plan"
                  : "values were changed by a rule of the plan; the digests are over the changed"
                      + " ones",
              deviation.getRows()));
    }
    long corrected =
        evidence.getSetAsideRows().stream()
            .filter(row -> row.getState() == ErrorState.CORRECTED)
            .count();
    if (corrected > 0) {
      all.add(
          new Exemption(
              "corrected",
              table.source() + " (rows of the error queue)",
              "rows were changed in the source after the snapshot and written as they were then;"
                  + " they are in no digest and were not compared",
              corrected));
    }
    return all;
  }

  private static QuarantinedRow row(SetAsideRow row) {
    return new QuarantinedRow(
        row.getKeyHash(),
        row.getSqlState(),
        row.getColumn(),
        row.getConstraint(),
        name(row.getState()),
        row.getDecidedBy());
  }

  private static String name(ErrorState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
