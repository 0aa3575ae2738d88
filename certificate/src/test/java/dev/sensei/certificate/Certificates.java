package dev.sensei.certificate;

import dev.sensei.certificate.PerspectiveEvidence.Outcome;
import dev.sensei.certificate.PerspectiveEvidence.Perspective;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Documents for tests. */
final class Certificates {
  static final String PLAN = "ab".repeat(32);

  private Certificates() {}

  static CertificateDocument of(
      CertificateVerdict verdict,
      List<TableProof> tables,
      List<CertificateDocument.Exemption> exceptions) {
    return new CertificateDocument(
        CertificateDocument.FORMAT_VERSION,
        "c-1",
        Instant.parse("2026-01-02T03:04:05.678Z"),
        "0.1.0",
        verdict,
        "m-1",
        "i-1",
        new CertificateDocument.Database(
            "postgresql://reader@source.example:5432/shop", "7001", 150018),
        new CertificateDocument.Database(
            "postgresql://writer@target.example:5432/shop", "7002", 180006),
        List.of(new CertificateDocument.Snapshot(1, "0/16B3748", "812", "7001", 1, true)),
        PLAN,
        "cd".repeat(32),
        List.of(
            new CertificateDocument.Approval(
                "åsa", Instant.parse("2026-01-02T03:00:00Z"), PLAN, !exceptions.isEmpty())),
        Arrays.stream(Perspective.values())
            .map(
                perspective ->
                    new PerspectiveEvidence(
                        perspective, Outcome.PASSED, 3, 3, List.of(), "compared"))
            .toList(),
        tables,
        new CertificateDocument.Coverage(
            tables.size(), tables.size(), tables.stream().mapToLong(TableProof::sourceRows).sum()),
        List.of(),
        exceptions,
        new Quarantine(0, "no row was set aside", List.of(), List.of()),
        new CertificateDocument.Ledger(1, 3, "ef".repeat(32)),
        new CertificateDocument.JournalHead(42, "01".repeat(32)),
        List.of("behavioral: not built"));
  }

  static TableProof table(String name, long rows, String sourceDigest, String targetDigest) {
    return new TableProof(
        name,
        name,
        rows,
        rows,
        sourceDigest,
        targetDigest,
        "select 1",
        1,
        1,
        99,
        "0f".repeat(16),
        "",
        "");
  }

  static CertificateDocument sound() {
    return of(
        CertificateVerdict.CERTIFIED, List.of(table("public.orders", 3, "aa", "aa")), List.of());
  }
}
