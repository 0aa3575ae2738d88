package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.run.PlatformLocation;
import dev.sensei.cli.run.PlatformPorts;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say on which ports the embedded platform listens. */
public final class PortOptions {
  private static final int HIGHEST = 65_535;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      description = "Port of the embedded Kafka (else the last run's, or a free one).")
  private @Nullable Integer kafka;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      description = "Port of the embedded schema registry (else a free one).")
  private @Nullable Integer registry;

  @Option(
      names = "--control-port",
      paramLabel = "PORT",
      description = "Port of the embedded control database (else a free one).")
  private @Nullable Integer control;

  /** The location with these ports; services that run elsewhere have theirs. */
  PlatformLocation on(PlatformLocation location) {
    return switch (location) {
      case PlatformLocation.Embedded embedded -> on(embedded);
      case PlatformLocation.Separate separate -> {
        if (kafka != null || registry != null || control != null) {
          throw CommandException.usage(
              "ports are chosen for the embedded platform only; leave them out beside --kafka and"
                  + " --registry");
        }
        yield separate;
      }
    };
  }

  /** The embedded platform on these ports. */
  PlatformLocation.Embedded on(PlatformLocation.Embedded embedded) {
    return new PlatformLocation.Embedded(
        embedded.dataDirectory(),
        new PlatformPorts(
            port("--kafka-port", kafka),
            port("--registry-port", registry),
            port("--control-port", control)));
  }

  private static OptionalInt port(String option, @Nullable Integer given) {
    if (given == null) {
      return OptionalInt.empty();
    }
    if (given < 1 || given > HIGHEST) {
      throw CommandException.usage(
          "%s has to be from 1 to %d, found %d".formatted(option, HIGHEST, given));
    }
    return OptionalInt.of(given);
  }
}
