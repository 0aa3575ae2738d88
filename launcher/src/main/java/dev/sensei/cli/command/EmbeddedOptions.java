package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.run.PlatformLocation;
import dev.sensei.cli.run.PlatformPorts;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options of the system that a command starts by itself: its ports, and how much it does at a time.
 */
public final class EmbeddedOptions {
  private static final int HIGHEST_PORT = 65_535;
  private static final int MOST_SLOTS = 200;

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

  @Option(
      names = "--slots",
      paramLabel = "N",
      description =
          "Tasks of the embedded worker at the same time (else twice the processors, at least 4,"
              + " and then as many as turn out to pay off).")
  private @Nullable Integer slots;

  /** The location with these ports; services that run elsewhere have theirs. */
  PlatformLocation on(PlatformLocation location) {
    return switch (location) {
      case PlatformLocation.Embedded embedded -> on(embedded);
      case PlatformLocation.Separate separate -> {
        if (kafka != null || registry != null || control != null || slots != null) {
          throw CommandException.usage(
              "ports and slots are chosen for the embedded platform only; leave them out beside"
                  + " --kafka and --registry");
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
            port("--control-port", control)),
        slots());
  }

  private OptionalInt slots() {
    if (slots == null) {
      return OptionalInt.empty();
    }
    if (slots < 1 || slots > MOST_SLOTS) {
      throw CommandException.usage(
          "--slots has to be from 1 to %d, found %d".formatted(MOST_SLOTS, slots));
    }
    return OptionalInt.of(slots);
  }

  private static OptionalInt port(String option, @Nullable Integer given) {
    if (given == null) {
      return OptionalInt.empty();
    }
    if (given < 1 || given > HIGHEST_PORT) {
      throw CommandException.usage(
          "%s has to be from 1 to %d, found %d".formatted(option, HIGHEST_PORT, given));
    }
    return OptionalInt.of(given);
  }
}
