package dev.sensei.cli.run;

import java.util.OptionalInt;

/**
 * Ports of the embedded platform on loopback, 1 to 65535; none for a free one.
 *
 * @param kafka Kafka's
 * @param registry the schema registry's
 * @param control the control database's
 */
public record PlatformPorts(OptionalInt kafka, OptionalInt registry, OptionalInt control) {
  /** Free ones. */
  public static final PlatformPorts FREE =
      new PlatformPorts(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());
}
