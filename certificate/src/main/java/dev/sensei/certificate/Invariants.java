package dev.sensei.certificate;

import java.util.regex.Pattern;

/** What the values of a certificate have to satisfy, each with a message naming the field. */
final class Invariants {
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern PASSWORD_IN_URI = Pattern.compile("//[^/@]*:[^/]*@");
  private static final Pattern PASSWORD_PARAMETER =
      Pattern.compile("[?&](password|passwd|pwd|sslpassword)=", Pattern.CASE_INSENSITIVE);

  private Invariants() {}

  static void notNegative(String field, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(
          "%s has to be 0 or more, found %d".formatted(field, value));
    }
  }

  static void notEmpty(String field, String value) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException(field + " must not be empty");
    }
  }

  static void sha256(String field, String value) {
    if (!SHA_256.matcher(value).matches()) {
      throw new IllegalArgumentException(
          field + " has to be SHA-256 as 64 lower-case hex digits, found another form");
    }
  }

  /** The message leaves the URI out: it may hold the password it complains of. */
  static void withoutPassword(String field, String uri) {
    if (PASSWORD_IN_URI.matcher(uri).find() || PASSWORD_PARAMETER.matcher(uri).find()) {
      throw new IllegalArgumentException(field + " holds a password; give the URI without it");
    }
  }
}
