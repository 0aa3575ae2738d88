package dev.sensei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sensei.certificate.CertificateDocument;
import dev.sensei.certificate.CertificateSigner;
import dev.sensei.certificate.CertificateVerdict;
import dev.sensei.certificate.PerspectiveEvidence;
import dev.sensei.certificate.PerspectiveEvidence.Outcome;
import dev.sensei.certificate.PerspectiveEvidence.Perspective;
import dev.sensei.certificate.Quarantine;
import dev.sensei.certificate.SigningKey;
import dev.sensei.certificate.TableProof;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CommandLineTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void verifySaysWhatACertificateCoversAndWhatNot() throws Exception {
    Path certificate = certificate();

    int code =
        run(
            "verify",
            certificate.toString(),
            "--key",
            SigningKey.publicFileIn(directory).toString());

    assertThat(code).isZero();
    assertThat(out.toString())
        .contains(
            "VALID: certified; not checked: statistical, semantic, behavioral",
            "1 of 1 tables in scope, 3 rows",
            "structural: passed, 3 of 3",
            "behavioral: not checked (not built)");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void verifyTakesThePinnedKeyWhereNoneIsGiven() throws Exception {
    Path certificate = certificate();

    assertThat(run("verify", certificate.toString(), "--data-dir", directory.toString(), "--json"))
        .isZero();
    assertThat(out.toString()).contains("\"valid\" : true", "\"migrationId\" : \"m-1\"");
    assertThat(
            run("verify", certificate.toString(), "--data-dir", directory.resolve("x").toString()))
        .isEqualTo(2);
    assertThat(err.toString()).contains("--key FILE");
  }

  @Test
  void healthFollowsWhatTheServiceAnswers() throws Exception {
    AtomicInteger status = new AtomicInteger(200);
    HttpServer service =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/health",
        exchange -> {
          exchange.sendResponseHeaders(status.get(), -1);
          exchange.close();
        });
    service.start();
    String port = Integer.toString(service.getAddress().getPort());
    try {
      assertThat(run("health", "--port", port)).isZero();
      status.set(503);
      assertThat(run("health", "--port", port)).isEqualTo(3);
    } finally {
      service.stop(0);
    }
    assertThat(run("health", "--port", port)).isEqualTo(3);
    assertThat(err.toString()).contains("nothing answers on port " + port);
    assertThat(run("health", "--port", "0")).isEqualTo(2);
  }

  @Test
  void aCertificateCutShortIsNotValid() throws Exception {
    Path certificate = certificate();
    byte[] whole = Files.readAllBytes(certificate);
    Files.write(certificate, Arrays.copyOf(whole, whole.length / 2));

    assertThat(run("verify", certificate.toString(), "--data-dir", directory.toString()))
        .isEqualTo(3);
    assertThat(err.toString()).contains("NOT VALID", "cut short", "get the file again");
  }

  @Test
  void whatIsNotBuiltSaysSo() {
    for (String command : List.of("gateway", "report", "archive")) {
      assertThat(run(command, "m-1", "--whatever")).isEqualTo(2);
      assertThat(err.toString()).contains("\"%s\" is not built yet".formatted(command));
    }
    assertThat(run("status", "--gateway", "http://localhost:8080")).isEqualTo(2);
    assertThat(err.toString()).contains("--gateway is not built");
  }

  @Test
  void everyCommandOfTheDesignIsThere() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains(
            "demo",
            "migrate",
            "up",
            "plan",
            "status",
            "approve",
            "amend",
            "reject",
            "pause",
            "resume",
            "cancel",
            "retry",
            "rollback",
            "accept",
            "errors",
            "report",
            "archive",
            "verify",
            "audit",
            "orchestrator",
            "gateway",
            "agent");
    for (String command : List.of("log", "replay", "state-at", "verify")) {
      assertThat(run("audit", command, "--help")).isZero();
    }
  }

  @Test
  void usageErrorsSayWhatToDoAndHideSecrets() {
    assertThat(run("migrate", "postgresql://u:s3cret@h/d")).isEqualTo(2);
    assertThat(
            run(
                "migrate",
                "--source",
                "postgresql://u:s3cret@h:x/d",
                "--target",
                "postgresql://h/d"))
        .isEqualTo(2);
    assertThat(
            run(
                "migrate",
                "--source",
                "postgresql://u:s3cret@h/d",
                "--target",
                "postgresql://v@H/d"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("u:***@h/d", "the same database").doesNotContain("s3cret");
  }

  @Test
  void withJsonStandardOutputHoldsTheDocumentAlone() {
    assertThat(run("migrate", "--source", "postgresql://h/d", "--json")).isEqualTo(2);
    assertThat(out.toString()).startsWith("{").contains("\"code\" : \"USAGE\"", "no target");
    assertThat(err.toString()).contains("no target");
  }

  private int run(String... arguments) {
    Session session =
        new Session(
            Wiring.backend(),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            new BufferedReader(new StringReader("")),
            Optional.empty(),
            Map.of(),
            directory.resolve("home"));
    return Main.run(session, arguments);
  }

  private Path certificate() throws Exception {
    SigningKey key = SigningKey.openOrCreate(directory);
    String plan = "ab".repeat(32);
    CertificateDocument document =
        new CertificateDocument(
            CertificateDocument.FORMAT_VERSION,
            "c-1",
            Instant.EPOCH,
            "0.1.0",
            CertificateVerdict.CERTIFIED,
            "m-1",
            "i-1",
            new CertificateDocument.Database("postgresql://u@h:5432/a", "7001", 150018),
            new CertificateDocument.Database("postgresql://u@h:5432/b", "7002", 180006),
            List.of(),
            plan,
            "cd".repeat(32),
            List.of(new CertificateDocument.Approval("ada", Instant.EPOCH, plan, false)),
            Arrays.stream(Perspective.values()).map(CommandLineTest::evidence).toList(),
            List.of(
                new TableProof(
                    "public.t", "public.t", 3, 3, "aa", "aa", "select 1", 1, 1, 9, "0f", "", "")),
            new CertificateDocument.Coverage(1, 1, 3),
            List.of(),
            List.of(),
            new Quarantine(0, "no row was set aside", List.of(), List.of()),
            new CertificateDocument.Ledger(1, 3, "ef".repeat(32)),
            new CertificateDocument.JournalHead(42, "01".repeat(32)),
            List.of());
    return Files.writeString(
        directory.resolve("certificate.jws"), new CertificateSigner(key).sign(document));
  }

  private static PerspectiveEvidence evidence(Perspective perspective) {
    boolean checked =
        perspective == Perspective.STRUCTURAL || perspective == Perspective.REFERENTIAL;
    return checked
        ? new PerspectiveEvidence(perspective, Outcome.PASSED, 3, 3, List.of(), "")
        : new PerspectiveEvidence(perspective, Outcome.NOT_CHECKED, 0, 0, List.of(), "not built");
  }
}
