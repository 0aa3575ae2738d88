package dev.sensei.certificate;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.Ed25519Signer;
import dev.sensei.certificate.Verification.Invalid;
import dev.sensei.certificate.Verification.Valid;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CertificateVerifierTest {
  @TempDir Path directory;
  private SigningKey key;
  private byte[] certificate;

  @BeforeEach
  void sign() throws KeyFileException {
    key = SigningKey.openOrCreate(directory);
    certificate = new CertificateSigner(key).sign(Certificates.sound()).getBytes(US_ASCII);
  }

  @Test
  void aSignedDocumentComesBackWhole() {
    assertThat(CertificateVerifier.verify(certificate, key.verificationKey()))
        .isEqualTo(new Valid(Certificates.sound(), key.keyId()));
  }

  @Test
  void everySingleChangedCharacterIsFound() {
    for (int at = 0; at < certificate.length; at++) {
      // The lowest bit, the case, a neighbour in the alphabet of base64url, and others altogether.
      for (int replacement :
          new int[] {
            certificate[at] ^ 1,
            certificate[at] ^ 0x20,
            certificate[at] + 1,
            certificate[at] - 1,
            'A',
            '.',
            '=',
            '\n'
          }) {
        if ((byte) replacement == certificate[at]) {
          continue;
        }
        byte[] changed = certificate.clone();
        changed[at] = (byte) replacement;
        assertInvalid(changed);
      }
    }
  }

  @Test
  void theLastCharacterOfEveryPartHasOneValidValueOnly() {
    String text = new String(certificate, US_ASCII);
    int firstDot = text.indexOf('.');
    int secondDot = text.indexOf('.', firstDot + 1);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int at : new int[] {firstDot - 1, secondDot - 1, text.length() - 1}) {
      long valid =
          alphabet
              .chars()
              .filter(
                  c -> {
                    byte[] changed = certificate.clone();
                    changed[at] = (byte) c;
                    return CertificateVerifier.verify(changed, key.verificationKey())
                        instanceof Valid;
                  })
              .count();
      assertThat(valid).isEqualTo(1);
    }
  }

  @Test
  void everyTruncationIsFound() {
    for (int length = 0; length < certificate.length; length++) {
      assertInvalid(Arrays.copyOf(certificate, length));
    }
  }

  @Test
  void everyDeletedOrDoubledCharacterIsFound() {
    String text = new String(certificate, US_ASCII);
    for (int at = 0; at < text.length(); at++) {
      String deleted = text.substring(0, at) + text.substring(at + 1);
      assertInvalid(deleted.getBytes(US_ASCII));
      assertInvalid(
          (text.substring(0, at) + text.charAt(at) + text.substring(at)).getBytes(US_ASCII));
    }
  }

  @Test
  void anythingAddedAtEitherEndIsFound() {
    String text = new String(certificate, US_ASCII);
    for (String added : List.of("\n", "\r\n", " ", "\t", "=", "==", "A", "AA", ".", "\0")) {
      assertInvalid((text + added).getBytes(US_ASCII));
      assertInvalid((added + text).getBytes(US_ASCII));
    }
    assertInvalid(("\uFEFF" + text).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void anotherKeyIsNamedAsSuch() throws KeyFileException {
    SigningKey other = SigningKey.openOrCreate(directory.resolve("other"));

    Verification found = CertificateVerifier.verify(certificate, other.verificationKey());

    assertThat(found)
        .isInstanceOfSatisfying(
            Invalid.class,
            invalid -> assertThat(invalid.reason()).contains(key.keyId(), other.keyId()));
  }

  @Test
  void aKeyInsideTheFileIsNotTrusted() throws Exception {
    SigningKey forger = SigningKey.openOrCreate(directory.resolve("forger"));
    JWSObject forged =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.EdDSA)
                .type(CertificateSigner.TYPE)
                .keyID(key.keyId())
                .jwk(forger.pair().toPublicJWK())
                .build(),
            new Payload(CertificateJson.write(Certificates.sound())));
    forged.sign(new Ed25519Signer(forger.pair()));

    assertInvalid(forged.serialize().getBytes(US_ASCII));
  }

  @Test
  void aNewerFormatIsToldFromAnAlteredFile() throws JOSEException {
    byte[] newer = signed("{\"formatVersion\":2,\"unheardOf\":true}");

    assertThat(CertificateVerifier.verify(newer, key.verificationKey()))
        .isInstanceOfSatisfying(
            Invalid.class, invalid -> assertThat(invalid.reason()).contains("format 2"));
  }

  @Test
  void aDoubledMemberIsRefusedThoughTheSignatureFits() throws JOSEException {
    String json = new String(CertificateJson.write(Certificates.sound()), StandardCharsets.UTF_8);
    byte[] doubled =
        signed(json.replace("\"toolVersion\"", "\"toolVersion\":\"9\",\"toolVersion\""));

    assertInvalid(doubled);
  }

  @Test
  void evidenceThatContradictsTheVerdictIsNeitherSignedNorBelieved() throws JOSEException {
    CertificateDocument unsound =
        Certificates.of(
            CertificateVerdict.CERTIFIED,
            List.of(Certificates.table("public.orders", 3, "aa", "bb")),
            List.of());

    assertThatThrownBy(() -> new CertificateSigner(key).sign(unsound))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("public.orders");
    assertInvalid(signed(new String(CertificateJson.write(unsound), StandardCharsets.UTF_8)));
  }

  @Test
  void noExceptionThatNamesATableExcusesADifference() {
    CertificateDocument document =
        Certificates.of(
            CertificateVerdict.CERTIFIED_WITH_EXCEPTIONS,
            List.of(Certificates.table("public.orders", 3, "aa", "bb")),
            List.of(
                new CertificateDocument.Exemption("rows differ", "public.orders", "accepted", 1)));

    assertThatThrownBy(() -> new CertificateSigner(key).sign(document))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("public.orders");
  }

  @Test
  void aPasswordInAUriIsRefusedWithoutRepeatingIt() {
    for (String uri :
        List.of("postgresql://u:s3cret@h/db", "postgresql://u@h/db?password=s3cret")) {
      assertThatThrownBy(() -> new CertificateDocument.Database(uri, "1", 150000))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void theExportedKeyVerifiesInBothForms() throws Exception {
    Path pem = directory.resolve("key.pem");
    Path jwk = directory.resolve("key.jwk");
    Files.writeString(pem, key.verificationKey().toPem());
    Files.writeString(jwk, key.verificationKey().toJwk());

    for (Path file : List.of(pem, jwk, SigningKey.publicFileIn(directory))) {
      VerificationKey read = VerificationKey.read(file);
      assertThat(read.keyId()).isEqualTo(key.keyId());
      assertThat(CertificateVerifier.verify(certificate, read)).isInstanceOf(Valid.class);
    }
  }

  private byte[] signed(String json) throws JOSEException {
    JWSObject jws = new JWSObject(CertificateSigner.header(key.keyId()), new Payload(json));
    jws.sign(new Ed25519Signer(key.pair()));
    return jws.serialize().getBytes(US_ASCII);
  }

  private void assertInvalid(byte[] candidate) {
    assertThat(CertificateVerifier.verify(candidate, key.verificationKey()))
        .as(() -> new String(candidate, StandardCharsets.ISO_8859_1))
        .isInstanceOf(Invalid.class);
  }
}
