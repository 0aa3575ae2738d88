package dev.sensei.cli.display;

import dev.sensei.certificate.CertificateDocument;
import dev.sensei.certificate.CertificateDocument.Exemption;
import dev.sensei.certificate.PerspectiveEvidence;
import dev.sensei.certificate.PerspectiveEvidence.Outcome;
import dev.sensei.certificate.Quarantine;
import dev.sensei.certificate.Verification.Valid;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a valid certificate says, as lines: what it covers, and what it does not. */
public final class CertificateText {
  private CertificateText() {}

  /** The lines, without line ends. */
  public static List<String> lines(Valid valid) {
    CertificateDocument document = valid.document();
    List<String> lines = new ArrayList<>();
    lines.add("VALID: " + verdict(document));
    field(lines, "certificate", document.certificateId() + ", issued " + document.issuedAt());
    field(lines, "signed with", "key " + valid.keyId());
    field(
        lines,
        "by",
        "Sensei %s, installation %s".formatted(document.toolVersion(), document.installationId()));
    field(lines, "migration", document.migrationId());
    field(lines, "source", database(document.source()));
    field(lines, "target", database(document.target()));
    for (CertificateDocument.Snapshot snapshot : document.snapshots()) {
      field(
          lines,
          "snapshot " + snapshot.number(),
          "position %s, visible %s, timeline %d"
              .formatted(snapshot.position(), snapshot.visibility(), snapshot.timeline()));
    }
    field(lines, "plan", document.planDigest());
    for (CertificateDocument.Approval approval : document.approvals()) {
      field(
          lines,
          "approved",
          "by %s at %s%s"
              .formatted(
                  approval.approver(),
                  approval.approvedAt(),
                  approval.exceptionsAccepted() ? ", exceptions accepted" : ""));
    }
    field(
        lines,
        "journal",
        "up to record %d, %s".formatted(document.journal().sequence(), document.journal().hash()));
    covered(lines, document);
    notCovered(lines, document);
    setAside(lines, document);
    return lines.stream().map(Amounts::printable).toList();
  }

  /** The verdict's line: what was not checked stands in it. */
  public static String verdict(CertificateDocument document) {
    String unchecked =
        document.perspectives().stream()
            .filter(evidence -> evidence.outcome() == Outcome.NOT_CHECKED)
            .map(CertificateText::name)
            .collect(Collectors.joining(", "));
    return document.verdict().text().replace('_', ' ')
        + (unchecked.isEmpty() ? "" : "; not checked: " + unchecked);
  }

  private static void covered(List<String> lines, CertificateDocument document) {
    lines.add("It covers:");
    lines.add(
        "  %s of %s tables in scope, %s rows, each read on both sides"
            .formatted(
                Amounts.count(document.coverage().tablesValidated()),
                Amounts.count(document.coverage().tablesInScope()),
                Amounts.count(document.coverage().rows())));
    lines.add(
        "  %s chunks in the ledger, %s rows"
            .formatted(
                Amounts.count(document.ledger().chunks()),
                Amounts.count(document.ledger().rows())));
    for (PerspectiveEvidence evidence : document.perspectives()) {
      if (evidence.outcome() != Outcome.NOT_CHECKED) {
        lines.add(
            "  %s: %s, %s of %s%s"
                .formatted(
                    name(evidence),
                    evidence.outcome().name().toLowerCase(Locale.ROOT),
                    Amounts.count(evidence.passed()),
                    Amounts.count(evidence.checked()),
                    evidence.note().isEmpty() ? "" : " (" + evidence.note() + ")"));
        evidence.differences().forEach(difference -> lines.add("    - " + difference));
      }
    }
  }

  private static void notCovered(List<String> lines, CertificateDocument document) {
    lines.add("It does not cover:");
    int before = lines.size();
    for (PerspectiveEvidence evidence : document.perspectives()) {
      if (evidence.outcome() == Outcome.NOT_CHECKED) {
        lines.add("  %s: not checked (%s)".formatted(name(evidence), evidence.note()));
      }
    }
    // What was not checked of the perspectives is said already.
    List<String> said =
        document.perspectives().stream()
            .map(CertificateText::name)
            .map(name -> name + ":")
            .toList();
    document.notChecked().stream()
        .filter(entry -> said.stream().noneMatch(entry::startsWith))
        .forEach(entry -> lines.add("  not checked: " + entry));
    long unread = document.coverage().tablesInScope() - document.coverage().tablesValidated();
    if (unread > 0) {
      lines.add("  %s tables in scope that were not read".formatted(Amounts.count(unread)));
    }
    exemptions(lines, "accepted exception", document.exceptionsAccepted());
    exemptions(lines, "deviation", document.deviations());
    if (document.quarantined().rows() > 0) {
      lines.add("  %s rows set aside".formatted(Amounts.count(document.quarantined().rows())));
    }
    if (lines.size() == before) {
      lines.add("  nothing that was in scope");
    }
  }

  /** What became of rows at fault, by table, those among them that the target has. */
  private static void setAside(List<String> lines, CertificateDocument document) {
    if (document.quarantined().tables().isEmpty()) {
      return;
    }
    lines.add("Rows that were set aside (%s):".formatted(document.quarantined().note()));
    for (Quarantine.Table table : document.quarantined().tables()) {
      lines.add(
          "  %s: %s"
              .formatted(
                  table.table(),
                  Stream.of(
                          part(table.open(), "nobody decided about"),
                          part(table.skipped(), "left out by a person"),
                          part(table.leftOut(), "left out by a rule"),
                          part(table.corrected(), "written as the source has them since"),
                          part(table.retried(), "taken after all and compared"),
                          part(table.fetched(), "fetched since others refer to them"))
                      .flatMap(Optional::stream)
                      .collect(Collectors.joining(", "))));
    }
  }

  private static Optional<String> part(long rows, String what) {
    return rows == 0 ? Optional.empty() : Optional.of(Amounts.count(rows) + " " + what);
  }

  private static void exemptions(List<String> lines, String title, List<Exemption> exemptions) {
    for (Exemption exemption : exemptions) {
      lines.add(
          "  %s: %s: %s%s"
              .formatted(
                  title,
                  exemption.object().startsWith(exemption.kind() + " ")
                      ? exemption.object()
                      : exemption.kind() + " " + exemption.object(),
                  exemption.reason(),
                  exemption.rows() > 0 ? ", " + Amounts.count(exemption.rows()) + " rows" : ""));
    }
  }

  private static String name(PerspectiveEvidence evidence) {
    return evidence.perspective().name().toLowerCase(Locale.ROOT);
  }

  private static String database(CertificateDocument.Database database) {
    return "%s, system %s, server %d"
        .formatted(database.uri(), database.systemIdentifier(), database.serverVersion());
  }

  private static void field(List<String> lines, String name, String value) {
    lines.add(String.format(Locale.ROOT, "  %-12s %s", name, value));
  }
}
