package dev.sensei.certificate;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Arrays;
import java.util.List;

/**
 * Checks certificates offline, with a public key from elsewhere; a key inside the file counts for
 * nothing.
 *
 * <p>The check is strict, so that no certificate has a second form: exactly three parts joined by
 * dots, each in canonical base64url (no padding, no white space, unused bits zero), and the one
 * header that the signer writes. White space at the end of the file is a change as well.
 */
public final class CertificateVerifier {
  /** The most bytes a certificate may have. */
  public static final int MAX_CERTIFICATE_BYTES = 64 * 1024 * 1024;

  private static final String FETCH_AGAIN =
      "get the file again from where it was issued; if it stays so, it has been altered";

  private CertificateVerifier() {}

  /** Checks the bytes of a certificate file with the key of whoever is to have signed it. */
  public static Verification verify(byte[] certificate, VerificationKey key) {
    if (certificate.length == 0) {
      return invalid("the file is empty", FETCH_AGAIN);
    }
    if (certificate.length > MAX_CERTIFICATE_BYTES) {
      return invalid(
          "the file has more than %d bytes".formatted(MAX_CERTIFICATE_BYTES),
          "give a certificate that Sensei issued");
    }
    String text = new String(certificate, StandardCharsets.ISO_8859_1);
    for (int at = 0; at < text.length(); at++) {
      if (!isCompactCharacter(text.charAt(at))) {
        return invalid(
            "the file has a character at position %d that no certificate has".formatted(at + 1),
            FETCH_AGAIN);
      }
    }
    List<String> parts = Arrays.asList(text.split("\\.", -1));
    if (parts.size() != 3 || parts.stream().anyMatch(String::isEmpty)) {
      return invalid(
          "the file is cut short or no certificate: expected three parts joined by dots, found %d"
              .formatted(parts.stream().filter(part -> !part.isEmpty()).count()),
          FETCH_AGAIN);
    }
    for (String part : parts) {
      if (!isCanonical(part)) {
        return invalid("the file has been altered or cut short: a part is not whole", FETCH_AGAIN);
      }
    }
    return verifyParts(parts.get(0), parts.get(1), parts.get(2), key);
  }

  private static Verification verifyParts(
      String header, String payload, String signature, VerificationKey key) {
    var expected = CertificateSigner.header(key.keyId());
    if (!header.equals(expected.toBase64URL().toString())) {
      return wrongHeader(header, key);
    }
    byte[] signed = (header + "." + payload).getBytes(StandardCharsets.US_ASCII);
    try {
      if (!new Ed25519Verifier(key.jwk()).verify(expected, signed, new Base64URL(signature))) {
        return invalid(
            "the signature does not fit: the certificate has been altered or cut short, or was not"
                + " signed with this key",
            FETCH_AGAIN);
      }
    } catch (JOSEException e) {
      return invalid("the signature cannot be checked with this key", "give another public key");
    }
    return read(new Base64URL(payload).decode(), key);
  }

  private static Verification read(byte[] payload, VerificationKey key) {
    CertificateDocument document;
    try {
      int version = CertificateJson.formatVersion(payload);
      if (version != CertificateDocument.FORMAT_VERSION) {
        return invalid(
            "the signature fits, but the certificate has format %d, and this version reads format %d"
                .formatted(version, CertificateDocument.FORMAT_VERSION),
            "check it with the version of Sensei that issued it, or a newer one");
      }
      document = CertificateJson.read(payload);
    } catch (IOException | IllegalArgumentException e) {
      return invalid(
          "the signature fits, but the content is no certificate of this format",
          "check it with the version of Sensei that issued it");
    }
    List<String> contradictions = document.contradictions();
    if (!contradictions.isEmpty()) {
      return invalid(
          "the signature fits, but the content contradicts itself: "
              + String.join("; ", contradictions),
          "do not rely on it; ask whoever issued it");
    }
    return new Verification.Valid(document, key.keyId());
  }

  /** The header is not yet trusted: it only serves to say which of two things is wrong. */
  private static Verification wrongHeader(String header, VerificationKey key) {
    try {
      var found = JWSHeader.parse(new Base64URL(header));
      String keyId = found.getKeyID();
      if (keyId != null
          && !keyId.equals(key.keyId())
          && header.equals(CertificateSigner.header(keyId).toBase64URL().toString())) {
        return invalid(
            "the certificate names the key %s, and the key given is %s"
                .formatted(printable(keyId), key.keyId()),
            "give the public key of the installation that issued it, from a source you trust");
      }
    } catch (ParseException | IllegalArgumentException e) {
      return invalid("the header is no certificate's header", FETCH_AGAIN);
    }
    return invalid("the header is not the one that Sensei writes", FETCH_AGAIN);
  }

  private static boolean isCompactCharacter(char c) {
    return (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.';
  }

  private static boolean isCanonical(String part) {
    // A length of 4n+1 has no decoding; of a part with spare bits only the form with zeros counts.
    return part.length() % 4 != 1
        && Base64URL.encode(new Base64URL(part).decode()).toString().equals(part);
  }

  /** A text from an untrusted file, shortened, and without characters that steer a terminal. */
  private static String printable(String text) {
    String plain = text.replaceAll("[^A-Za-z0-9_-]", "?");
    return plain.length() <= 64 ? plain : plain.substring(0, 64) + "…";
  }

  private static Verification invalid(String reason, String advice) {
    return new Verification.Invalid(reason, advice);
  }
}
