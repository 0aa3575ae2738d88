package dev.sensei.cli.run;

import java.nio.file.Path;
import java.util.OptionalInt;

/** Where the platform is that a command works with. */
public sealed interface PlatformLocation {
  /** The directory that holds the installation's keys, and the platform's state where embedded. */
  Path dataDirectory();

  /**
   * Kafka, registry and control database in this process and its children.
   *
   * @param dataDirectory the directory that holds keys and state
   * @param ports where they listen
   * @param workerSlots tasks of the worker at the same time, 0 for no worker; the default for the
   *     machine where empty
   */
  record Embedded(Path dataDirectory, PlatformPorts ports, OptionalInt workerSlots)
      implements PlatformLocation {
    /** On free ports. */
    public Embedded(Path dataDirectory) {
      this(dataDirectory, PlatformPorts.FREE, OptionalInt.empty());
    }

    /** The same without a worker: those of other processes do its work. */
    public Embedded withoutWorker() {
      return new Embedded(dataDirectory, ports, OptionalInt.of(0));
    }
  }

  /**
   * Services that run elsewhere.
   *
   * @param dataDirectory the directory that holds the installation's keys
   * @param kafka bootstrap servers, host:port joined by commas
   * @param registry the schema registry's URL
   */
  record Separate(Path dataDirectory, String kafka, String registry) implements PlatformLocation {}
}
