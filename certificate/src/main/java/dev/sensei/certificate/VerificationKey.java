package dev.sensei.certificate;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** An Ed25519 public key, with which anyone checks a certificate. Holds no private part. */
public final class VerificationKey {
  /** The most bytes a key file may have. */
  static final int MAX_FILE_BYTES = 16_384;

  private static final String PEM_BEGIN = "-----BEGIN PUBLIC KEY-----";
  private static final String PEM_END = "-----END PUBLIC KEY-----";
  private static final int KEY_BYTES = 32;

  /** What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo, RFC 8410. */
  private static final byte[] SPKI_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final OctetKeyPair jwk;
  private final String keyId;

  private VerificationKey(OctetKeyPair jwk) {
    if (jwk.isPrivate()) {
      throw new IllegalArgumentException("a verification key must hold no private part");
    }
    this.jwk = jwk;
    this.keyId = thumbprint(jwk);
  }

  /**
   * Reads a public key file: PEM ({@code BEGIN PUBLIC KEY}) or a JWK.
   *
   * @throws KeyFileException where it cannot be read or holds no Ed25519 public key
   */
  public static VerificationKey read(Path file) throws KeyFileException {
    byte[] content;
    try (var input = Files.newInputStream(file)) {
      content = input.readNBytes(MAX_FILE_BYTES + 1);
    } catch (IOException e) {
      throw new KeyFileException(
          "cannot read the public key %s (%s): give a file that exists and can be read"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
    if (content.length > MAX_FILE_BYTES) {
      throw new KeyFileException(
          "%s is no public key: it has more than %d bytes".formatted(file, MAX_FILE_BYTES));
    }
    return parse(new String(content, StandardCharsets.UTF_8).strip(), file);
  }

  private static VerificationKey parse(String text, Path file) throws KeyFileException {
    if (text.contains("PRIVATE KEY")) {
      throw privateKey(file);
    }
    if (text.startsWith(PEM_BEGIN) && text.endsWith(PEM_END)) {
      String body = text.substring(PEM_BEGIN.length(), text.length() - PEM_END.length());
      return fromDer(body, file);
    }
    if (text.startsWith("{")) {
      return fromJwk(text, file);
    }
    throw new KeyFileException(
        "%s holds no public key: expected PEM beginning with \"%s\", or a JWK"
            .formatted(file, PEM_BEGIN));
  }

  private static VerificationKey fromDer(String body, Path file) throws KeyFileException {
    try {
      byte[] der = Base64.getMimeDecoder().decode(body);
      // The factory checks the algorithm; its encoding is canonical and ends with the key itself.
      byte[] encoded =
          KeyFactory.getInstance("Ed25519")
              .generatePublic(new X509EncodedKeySpec(der))
              .getEncoded();
      byte[] raw = Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length);
      return new VerificationKey(
          new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(raw)).build());
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new KeyFileException(
          "%s holds no Ed25519 public key: give the one that was left beside the certificate"
              .formatted(file),
          e);
    }
  }

  private static VerificationKey fromJwk(String text, Path file) throws KeyFileException {
    try {
      OctetKeyPair parsed = OctetKeyPair.parse(text);
      if (parsed.isPrivate()) {
        throw privateKey(file);
      }
      if (!parsed.getCurve().equals(Curve.Ed25519) || parsed.getDecodedX().length != KEY_BYTES) {
        throw new KeyFileException("%s holds no Ed25519 key".formatted(file));
      }
      return of(parsed);
    } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
      throw new KeyFileException(
          "%s holds no Ed25519 public key: expected a JWK with kty OKP and crv Ed25519"
              .formatted(file),
          e);
    }
  }

  private static KeyFileException privateKey(Path file) {
    return new KeyFileException(
        "%s holds a private key: give the public one, and keep this one to yourself"
            .formatted(file));
  }

  static VerificationKey of(OctetKeyPair pair) {
    // Only the key itself is taken over, so that two files of one key are one key.
    return new VerificationKey(new OctetKeyPair.Builder(Curve.Ed25519, pair.getX()).build());
  }

  /** The key's RFC 7638 thumbprint, SHA-256, in base64url. */
  public String keyId() {
    return keyId;
  }

  /** The key as PEM, a SubjectPublicKeyInfo, as OpenSSL reads it. */
  public String toPem() {
    byte[] key = jwk.getDecodedX();
    byte[] der = Arrays.copyOf(SPKI_PREFIX, SPKI_PREFIX.length + key.length);
    System.arraycopy(key, 0, der, SPKI_PREFIX.length, key.length);
    return PEM_BEGIN + "\n" + Base64.getEncoder().encodeToString(der) + "\n" + PEM_END + "\n";
  }

  /** The key as a JWK, with its id. */
  public String toJwk() {
    return new OctetKeyPair.Builder(jwk).keyID(keyId).build().toJSONString() + "\n";
  }

  OctetKeyPair jwk() {
    return jwk;
  }

  private static String thumbprint(OctetKeyPair jwk) {
    try {
      return jwk.computeThumbprint().toString();
    } catch (JOSEException e) {
      throw new IllegalStateException("SHA-256 is not available", e);
    }
  }
}
