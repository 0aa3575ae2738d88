package dev.sensei.platform;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How to run one PostgreSQL server.
 *
 * @param directory the directory of its cluster, password and log; made if it is missing
 * @param port the port on loopback; none for the one of the run before, or a free one
 * @param portKept whether it has to be the port of the run before, where there was one
 * @param superuser the superuser that a new cluster gets
 * @param parameters server parameters, by PostgreSQL's names, over the defaults
 * @param log the file that takes its output
 * @param startTimeout how long it may take to come up, crash recovery included
 * @param stopTimeout how long it may take to stop before it is killed
 */
public record PostgresSettings(
    Path directory,
    OptionalInt port,
    boolean portKept,
    String superuser,
    Map<String, String> parameters,
    Path log,
    Duration startTimeout,
    Duration stopTimeout) {
  /** Checks and copies. */
  public PostgresSettings {
    parameters = Map.copyOf(parameters);
  }

  /**
   * The defaults: the former port or a free one, superuser {@code sensei}, 3 min to start, 10 s to
   * stop.
   */
  public static PostgresSettings in(Path directory) {
    return new PostgresSettings(
        directory,
        OptionalInt.empty(),
        false,
        "sensei",
        Map.of(),
        directory.resolve("postgresql.log"),
        Duration.ofMinutes(3),
        Duration.ofSeconds(10));
  }

  /** The same, on this port. */
  public PostgresSettings withPort(int requested) {
    return new PostgresSettings(
        directory,
        OptionalInt.of(requested),
        portKept,
        superuser,
        parameters,
        log,
        startTimeout,
        stopTimeout);
  }

  /** The same, on the port of the run before or not at all; any free one for the first run. */
  public PostgresSettings keepingItsPort() {
    return new PostgresSettings(
        directory, port, true, superuser, parameters, log, startTimeout, stopTimeout);
  }

  /** The same, with this parameter. */
  public PostgresSettings with(String parameter, String value) {
    Map<String, String> more = new LinkedHashMap<>(parameters);
    more.put(parameter, value);
    return new PostgresSettings(
        directory, port, portKept, superuser, more, log, startTimeout, stopTimeout);
  }

  /** The same, with these parameters. */
  public PostgresSettings with(Map<String, String> others) {
    Map<String, String> more = new LinkedHashMap<>(parameters);
    more.putAll(others);
    return new PostgresSettings(
        directory, port, portKept, superuser, more, log, startTimeout, stopTimeout);
  }

  /** The same, with this superuser for a cluster that is new. */
  public PostgresSettings withSuperuser(String name) {
    return new PostgresSettings(
        directory, port, portKept, name, parameters, log, startTimeout, stopTimeout);
  }

  /** The same, with its output in this file. */
  public PostgresSettings withLog(Path file) {
    return new PostgresSettings(
        directory, port, portKept, superuser, parameters, file, startTimeout, stopTimeout);
  }
}
