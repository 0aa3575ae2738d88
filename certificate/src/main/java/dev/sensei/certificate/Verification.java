package dev.sensei.certificate;

/** How the check of a certificate ended. */
public sealed interface Verification {

  /**
   * The certificate is what the holder of the key signed, to the last character, and its evidence
   * bears out its verdict.
   *
   * @param document what it says
   * @param keyId the key that it was checked with
   */
  record Valid(CertificateDocument document, String keyId) implements Verification {}

  /**
   * The certificate proves nothing.
   *
   * @param reason what is wrong
   * @param advice what to do
   */
  record Invalid(String reason, String advice) implements Verification {}
}
