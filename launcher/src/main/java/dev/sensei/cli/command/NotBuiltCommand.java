package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import java.util.Locale;
import picocli.CommandLine.Command;

/** A command that is designed and not built: it says so, and ends as a usage error. */
@Command(description = "Not built yet.")
public final class NotBuiltCommand implements Runnable {
  /** The commands that are not built. */
  public enum Name {
    GATEWAY("use the command line; \"./sensei status ID\" says how far a migration is"),
    REPORT("\"./sensei verify CERTIFICATE\" prints what a certificate says"),
    ARCHIVE("keep the certificate, its public key and the data directory");

    private final String advice;

    Name(String advice) {
      this.advice = advice;
    }

    String command() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Name name;

  NotBuiltCommand(Name name) {
    this.name = name;
  }

  @Override
  public void run() {
    throw CommandException.usage(
        "\"%s\" is not built yet; %s".formatted(name.command(), name.advice));
  }
}
