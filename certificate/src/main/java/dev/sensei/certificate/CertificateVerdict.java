package dev.sensei.certificate;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a certificate attests; a migration that is not certified has no certificate. */
public enum CertificateVerdict {
  /** Everything in scope is in the target. */
  @JsonProperty("certified")
  CERTIFIED("certified"),
  /** Everything in scope is in the target but for the exceptions named, which a person accepted. */
  @JsonProperty("certified_with_exceptions")
  CERTIFIED_WITH_EXCEPTIONS("certified_with_exceptions");

  private final String text;

  CertificateVerdict(String text) {
    this.text = text;
  }

  /** The word used in documents and on the command line. */
  public String text() {
    return text;
  }
}
