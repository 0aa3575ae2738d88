package dev.sensei.agents.validator;

import java.util.Optional;

/** The version of Sensei that is running. */
final class ToolVersion {
  private ToolVersion() {}

  /** The version in the jar's manifest; {@code unpackaged} where the classes are in no jar. */
  static String current() {
    return Optional.ofNullable(ToolVersion.class.getPackage().getImplementationVersion())
        .orElse("unpackaged");
  }
}
