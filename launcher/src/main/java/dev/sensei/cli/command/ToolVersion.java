package dev.sensei.cli.command;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The version of this build, from the jar's manifest. */
public final class ToolVersion implements IVersionProvider {
  /** The version; {@code development} where the classes come from no jar. */
  public static String current() {
    return Objects.requireNonNullElse(
        ToolVersion.class.getPackage().getImplementationVersion(), "development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"sensei " + current()};
  }
}
