package dev.sensei.orchestrator;

import dev.sensei.orchestrator.fold.Settings;
import dev.sensei.orchestrator.projection.ControlDatabase;
import dev.sensei.orchestrator.projection.ProjectionService;
import dev.sensei.orchestrator.topology.TopologySettings;
import dev.sensei.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How to run an orchestrator.
 *
 * @param bootstrapServers Kafka's
 * @param registryUrl the schema registry's root, for Confluent's clients
 * @param stateDirectory where the topology keeps its stores; one orchestrator to a directory
 * @param control the control database
 * @param fold the installation's settings
 * @param topology the topology's bounds
 * @param projection how the projection reads
 * @param streamThreads threads of the topology, 1 to 4
 * @param readyPartitions partitions that have to be here for the orchestrator to be ready: all of
 *     them where it is the only one
 * @param healthPort the port on loopback where it tells how it does; none for no such port, 0 for a
 *     free one
 * @param closeTimeout how long closing may take
 * @param streams Kafka Streams' own settings, over the defaults
 */
public record OrchestratorSettings(
    String bootstrapServers,
    String registryUrl,
    Path stateDirectory,
    ControlDatabase.Settings control,
    Settings fold,
    TopologySettings topology,
    ProjectionService.Settings projection,
    int streamThreads,
    int readyPartitions,
    OptionalInt healthPort,
    Duration closeTimeout,
    Map<String, String> streams) {
  /** Copies. */
  public OrchestratorSettings {
    streams = Map.copyOf(streams);
  }

  /** The defaults: one thread, all four partitions, no health port, ten seconds to close. */
  public static OrchestratorSettings of(
      String bootstrapServers,
      String registryUrl,
      Path stateDirectory,
      ControlDatabase.Settings control,
      String installation) {
    return new OrchestratorSettings(
        bootstrapServers,
        registryUrl,
        stateDirectory,
        control,
        Settings.ofInstallation(installation),
        TopologySettings.defaults(),
        ProjectionService.Settings.of(bootstrapServers),
        1,
        Topics.MIGRATION_PARTITIONS,
        OptionalInt.empty(),
        Duration.ofSeconds(10),
        Map.of());
  }

  /** The same, telling how it does on this port. */
  public OrchestratorSettings withHealthPort(int port) {
    return new OrchestratorSettings(
        bootstrapServers,
        registryUrl,
        stateDirectory,
        control,
        fold,
        topology,
        projection,
        streamThreads,
        readyPartitions,
        OptionalInt.of(port),
        closeTimeout,
        streams);
  }

  /** The same, ready with this many partitions, for several orchestrators beside each other. */
  public OrchestratorSettings readyWith(int partitions) {
    return new OrchestratorSettings(
        bootstrapServers,
        registryUrl,
        stateDirectory,
        control,
        fold,
        topology,
        projection,
        streamThreads,
        partitions,
        healthPort,
        closeTimeout,
        streams);
  }
}
