package dev.sensei.platform;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * How to run the local platform.
 *
 * @param dataDirectory where everything that has to survive is kept; made if it is missing
 * @param kafkaPort Kafka's port; none for the one of the last run, or a free one
 * @param registryPort the registry's port; none for a free one
 * @param postgresPort PostgreSQL's port; none for a free one
 * @param topics topics to make as soon as Kafka answers, while the others still start
 * @param kafkaProperties broker properties over the defaults
 * @param postgresParameters server parameters over the defaults
 * @param closeOnShutdown whether the end of this process (also by SIGINT or SIGTERM) closes the
 *     platform by itself; false for a caller that closes it in an order of its own
 */
public record PlatformSettings(
    Path dataDirectory,
    OptionalInt kafkaPort,
    OptionalInt registryPort,
    OptionalInt postgresPort,
    List<TopicSpec> topics,
    Map<String, String> kafkaProperties,
    Map<String, String> postgresParameters,
    boolean closeOnShutdown) {
  /** Checks and copies. */
  public PlatformSettings {
    topics = List.copyOf(topics);
    kafkaProperties = Map.copyOf(kafkaProperties);
    postgresParameters = Map.copyOf(postgresParameters);
  }

  /** The defaults: free ports, no topics, closed on shutdown. */
  public static PlatformSettings in(Path dataDirectory) {
    return new PlatformSettings(
        dataDirectory,
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        List.of(),
        Map.of(),
        Map.of(),
        true);
  }

  /** The same, on these ports; none for a free one. */
  public PlatformSettings withPorts(OptionalInt kafka, OptionalInt registry, OptionalInt postgres) {
    return new PlatformSettings(
        dataDirectory,
        kafka,
        registry,
        postgres,
        topics,
        kafkaProperties,
        postgresParameters,
        closeOnShutdown);
  }

  /** The same, with these topics as well. */
  public PlatformSettings withTopics(List<TopicSpec> more) {
    return new PlatformSettings(
        dataDirectory,
        kafkaPort,
        registryPort,
        postgresPort,
        Stream.concat(topics.stream(), more.stream()).toList(),
        kafkaProperties,
        postgresParameters,
        closeOnShutdown);
  }

  /** The same, with these broker properties instead. */
  public PlatformSettings withKafkaProperties(Map<String, String> properties) {
    return new PlatformSettings(
        dataDirectory,
        kafkaPort,
        registryPort,
        postgresPort,
        topics,
        properties,
        postgresParameters,
        closeOnShutdown);
  }

  /** The same, with these PostgreSQL parameters instead. */
  public PlatformSettings withPostgresParameters(Map<String, String> parameters) {
    return new PlatformSettings(
        dataDirectory,
        kafkaPort,
        registryPort,
        postgresPort,
        topics,
        kafkaProperties,
        parameters,
        closeOnShutdown);
  }

  /** The same, but closed by nobody but the caller. */
  public PlatformSettings closedByCaller() {
    return new PlatformSettings(
        dataDirectory,
        kafkaPort,
        registryPort,
        postgresPort,
        topics,
        kafkaProperties,
        postgresParameters,
        false);
  }
}
