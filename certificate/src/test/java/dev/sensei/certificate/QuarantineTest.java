package dev.sensei.certificate;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.Ed25519Signer;
import dev.sensei.certificate.Quarantine.Action;
import dev.sensei.certificate.Quarantine.Decision;
import dev.sensei.certificate.Quarantine.Row;
import dev.sensei.certificate.Quarantine.State;
import dev.sensei.certificate.Quarantine.Table;
import dev.sensei.certificate.Verification.Invalid;
import dev.sensei.certificate.Verification.Valid;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows set aside have to be what the counts, the digests and the decisions beside them say. */
final class QuarantineTest {
  private static final String ORDERS = "public.orders";
  private static final List<Decision> DECISIONS =
      List.of(
          new Decision(Action.RETRY, "anna", Instant.EPOCH, ""),
          new Decision(Action.SKIP, "grace", Instant.EPOCH, "of no use"));
  private static final List<Row> ROWS =
      List.of(
          row(1, State.OPEN, ""),
          row(2, State.SKIPPED, "grace"),
          row(3, State.LEFT_OUT, ""),
          row(4, State.CORRECTED, "anna"),
          row(5, State.RETRIED, "anna"),
          row(6, State.FETCHED, "anna"));

  private static Row row(int number, State state, String decidedBy) {
    return new Row("%064x".formatted(number), "22001", "name", "", state, decidedBy);
  }

  private static Table table(String name, long open, List<Row> listed) {
    return new Table(
        name,
        open + 3,
        open,
        1,
        1,
        1,
        1,
        1,
        Quarantine.digest(ROWS.stream().map(Row::keyHash).toList()),
        listed);
  }

  private static Quarantine of(Table table) {
    return new Quarantine(table.rows(), "kept", DECISIONS, List.of(table));
  }

  private static CertificateDocument document(CertificateVerdict verdict, Quarantine quarantine) {
    CertificateDocument sound = Certificates.sound();
    return new CertificateDocument(
        sound.formatVersion(),
        sound.certificateId(),
        sound.issuedAt(),
        sound.toolVersion(),
        verdict,
        sound.migrationId(),
        sound.installationId(),
        sound.source(),
        sound.target(),
        sound.snapshots(),
        sound.planDigest(),
        sound.catalogDigest(),
        sound.approvals(),
        sound.perspectives(),
        sound.tables(),
        sound.coverage(),
        sound.deviations(),
        sound.exceptionsAccepted(),
        quarantine,
        sound.ledger(),
        sound.journal(),
        sound.notChecked());
  }

  private static List<String> contradictions(Quarantine quarantine) {
    return document(CertificateVerdict.CERTIFIED_WITH_EXCEPTIONS, quarantine).contradictions();
  }

  @Test
  void soundOnesAreSignedAndComeBackWhole(@TempDir Path directory) throws Exception {
    SigningKey key = SigningKey.openOrCreate(directory);
    CertificateDocument document =
        document(CertificateVerdict.CERTIFIED_WITH_EXCEPTIONS, of(table(ORDERS, 1, ROWS)));
    assertThat(document.contradictions()).isEmpty();
    assertThat(
            CertificateVerifier.verify(
                new CertificateSigner(key).sign(document).getBytes(US_ASCII),
                key.verificationKey()))
        .isEqualTo(new Valid(document, key.keyId()));
  }

  @Test
  void aSignatureHealsNoContradiction(@TempDir Path directory) throws Exception {
    SigningKey key = SigningKey.openOrCreate(directory);
    JWSObject forged =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.EdDSA)
                .type(CertificateSigner.TYPE)
                .keyID(key.keyId())
                .build(),
            new Payload(
                CertificateJson.write(
                    document(
                        CertificateVerdict.CERTIFIED_WITH_EXCEPTIONS,
                        of(table(ORDERS, 1, ROWS.subList(0, 4)))))));
    forged.sign(new Ed25519Signer(key.pair()));
    assertThat(
            CertificateVerifier.verify(
                forged.serialize().getBytes(US_ASCII), key.verificationKey()))
        .isInstanceOfSatisfying(
            Invalid.class,
            invalid -> assertThat(invalid.reason()).contains("listed, yet there are 4 of 6"));
  }

  @Test
  void countsThatDoNotAgreeWithTheListAreFound() {
    assertThat(contradictions(of(table(ORDERS, 2, ROWS))))
        .anyMatch(line -> line.contains("listed, yet there are 6 of 7"));
    assertThat(contradictions(of(table(ORDERS, 0, ROWS))))
        .anyMatch(line -> line.contains("0 rows of public.orders are OPEN, yet 1 are listed"));
    Table whole = table(ORDERS, 1, ROWS);
    assertThat(contradictions(new Quarantine(3, "kept", DECISIONS, List.of(whole))))
        .containsExactly("3 rows were set aside, yet the tables sum to 4");
    assertThat(contradictions(of(new Table(ORDERS, 4, 2, 1, 1, 1, 1, 1, whole.digest(), ROWS))))
        .contains(
            "4 rows of public.orders were set aside, yet 2 were open, 1 skipped, 1 left out and 1"
                + " corrected");
  }

  @Test
  void anotherRowThanTheDigestHasIsFound() {
    List<Row> other =
        Stream.concat(Stream.of(row(7, State.OPEN, "")), ROWS.stream().skip(1)).toList();
    assertThat(contradictions(of(table(ORDERS, 1, other))))
        .containsExactly("the rows of public.orders that were set aside have another digest");
    assertThatThrownBy(() -> new Row("0b", "22001", "", "", State.OPEN, ""))
        .hasMessageContaining("keyHash");
  }

  @Test
  void aStateThatNobodyDecidedAndANameWithoutADecisionAreFound() {
    for (Row row :
        List.of(
            row(1, State.OPEN, "grace"),
            row(3, State.LEFT_OUT, "rule keep_first"),
            row(2, State.SKIPPED, ""),
            row(2, State.SKIPPED, "anna"),
            row(5, State.RETRIED, "grace"))) {
      List<Row> rows =
          ROWS.stream().map(one -> one.keyHash().equals(row.keyHash()) ? row : one).toList();
      assertThat(contradictions(of(table(ORDERS, 1, rows))))
          .singleElement()
          .asString()
          .contains("yet no such decision of \"" + row.decidedBy() + "\" is named");
    }
  }

  @Test
  void aTableThatWasNotReadAndAVerdictWithoutExceptionsAreFound() {
    assertThat(contradictions(of(table("public.other", 1, ROWS))))
        .containsExactly("rows of public.other were set aside, which was not read");
    assertThat(document(CertificateVerdict.CERTIFIED, of(table(ORDERS, 1, ROWS))).contradictions())
        .containsExactly("the verdict is certified, yet 4 rows were set aside");
  }
}
