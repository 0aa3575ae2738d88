package dev.sensei.cli.run;

import java.nio.file.Path;

/** Where the platform is that a command works with. */
public sealed interface PlatformLocation {
  /** The directory that holds the installation's keys, and the platform's state where embedded. */
  Path dataDirectory();

  /**
   * Kafka, registry and control database in this process and its children.
   *
   * @param dataDirectory the directory that holds keys and state
   * @param ports where they listen
   */
  record Embedded(Path dataDirectory, PlatformPorts ports) implements PlatformLocation {
    /** On free ports. */
    public Embedded(Path dataDirectory) {
      this(dataDirectory, PlatformPorts.FREE);
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
