package dev.sensei.certificate;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.Ed25519Signer;
import java.util.List;

/** Signs certificates, as JWS in compact form (RFC 7515) with Ed25519 (RFC 8037). */
public final class CertificateSigner {
  /** The media type that a certificate's header names. */
  static final JOSEObjectType TYPE = new JOSEObjectType("sensei-certificate+jws");

  private final SigningKey key;

  /** A signer with this key. */
  public CertificateSigner(SigningKey key) {
    this.key = key;
  }

  /**
   * Signs a document. The result is the certificate file, byte for byte: ASCII, no line end.
   *
   * @throws IllegalArgumentException where the document contradicts itself; the message says how
   */
  public String sign(CertificateDocument document) {
    List<String> contradictions = document.contradictions();
    if (!contradictions.isEmpty()) {
      throw new IllegalArgumentException(
          "a certificate that contradicts itself is not signed: "
              + String.join("; ", contradictions));
    }
    JWSObject jws =
        new JWSObject(header(key.keyId()), new Payload(CertificateJson.write(document)));
    try {
      jws.sign(new Ed25519Signer(key.pair()));
    } catch (JOSEException e) {
      throw new IllegalStateException("Ed25519 is not available", e);
    }
    return jws.serialize();
  }

  /** The one header that a certificate by this key has. */
  static JWSHeader header(String keyId) {
    return new JWSHeader.Builder(JWSAlgorithm.EdDSA).type(TYPE).keyID(keyId).build();
  }
}
