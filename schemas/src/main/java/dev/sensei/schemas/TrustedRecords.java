package dev.sensei.schemas;

import org.apache.avro.util.ClassSecurityValidator;

/** Tells Avro that the project's own records may be made: it makes none that it was not told of. */
final class TrustedRecords {
  private static final String PACKAGE = "dev.sensei.schemas";

  static {
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), type -> type.getPackageName().startsWith(PACKAGE)));
  }

  private TrustedRecords() {}

  /** Makes sure that it was told; once for a process. */
  static void trust() {}
}
