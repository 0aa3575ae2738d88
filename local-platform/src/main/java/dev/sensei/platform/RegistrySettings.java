package dev.sensei.platform;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How to run the schema registry.
 *
 * @param directory its working directory; made if it is missing
 * @param database the PostgreSQL database that keeps the schemas
 * @param port the port on loopback; none for the one of the run before, or a free one
 * @param heapMegabytes the most that its heap takes, in MiB
 * @param environment Apicurio's settings as environment variables, over the defaults
 * @param log the file that takes its output
 * @param startTimeout how long it may take to answer
 * @param stopTimeout how long it may take to be gone
 */
public record RegistrySettings(
    Path directory,
    PostgresServer.Endpoint database,
    OptionalInt port,
    int heapMegabytes,
    Map<String, String> environment,
    Path log,
    Duration startTimeout,
    Duration stopTimeout) {
  /** Checks and copies. */
  public RegistrySettings {
    environment = Map.copyOf(environment);
  }

  /** The defaults: the former port or a free one, 192 MiB of heap, 3 min to start, 5 s to stop. */
  public static RegistrySettings in(Path directory, PostgresServer.Endpoint database) {
    return new RegistrySettings(
        directory,
        database,
        OptionalInt.empty(),
        192,
        Map.of(),
        directory.resolve("registry.log"),
        Duration.ofMinutes(3),
        Duration.ofSeconds(5));
  }

  /** The same, on this port. */
  public RegistrySettings withPort(int requested) {
    return new RegistrySettings(
        directory,
        database,
        OptionalInt.of(requested),
        heapMegabytes,
        environment,
        log,
        startTimeout,
        stopTimeout);
  }

  /** The same, with these environment variables. */
  public RegistrySettings with(Map<String, String> others) {
    Map<String, String> more = new LinkedHashMap<>(environment);
    more.putAll(others);
    return new RegistrySettings(
        directory, database, port, heapMegabytes, more, log, startTimeout, stopTimeout);
  }

  /** The same, with its output in this file. */
  public RegistrySettings withLog(Path file) {
    return new RegistrySettings(
        directory, database, port, heapMegabytes, environment, file, startTimeout, stopTimeout);
  }
}
