package dev.sensei.orchestrator.topology;

import dev.sensei.orchestrator.fold.Fold;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Builds the topology: commands and reports in, journal, state, tasks and dead letters out. */
public final class OrchestratorTopology {
  private OrchestratorTopology() {}

  /**
   * The topology.
   *
   * @param counters where outcomes are counted
   */
  public static Topology build(
      Fold fold, RecordSerde serde, TopologySettings settings, OutcomeCounters counters) {
    Topology topology = new Topology();
    topology.addSource(
        Names.COMMANDS_SOURCE,
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        Topics.COMMANDS);
    topology.addSource(
        Names.REPORTS_SOURCE,
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        Topics.REPORTS);
    topology.addProcessor(
        Names.PROCESSOR,
        () -> new MigrationProcessor(fold, new Wire(serde), settings, counters),
        Names.COMMANDS_SOURCE,
        Names.REPORTS_SOURCE);
    for (String store :
        new String[] {Names.MIGRATIONS, Names.TABLES, Names.TIMERS, Names.CONTINUATIONS}) {
      topology.addStateStore(store(store), Names.PROCESSOR);
    }
    sink(topology, Names.JOURNAL_SINK, Topics.JOURNAL);
    sink(topology, Names.STATE_SINK, Topics.STATE);
    sink(topology, Names.DEAD_LETTERS_SINK, Topics.DEAD_LETTERS);
    for (Topics.Agent agent : Topics.Agent.values()) {
      topology.addSink(
          tasksSink(agent),
          agent.taskTopic(),
          new ByteArraySerializer(),
          new ByteArraySerializer(),
          Names.PROCESSOR);
    }
    return topology;
  }

  static String tasksSink(Topics.Agent agent) {
    return Names.TASKS_SINK_PREFIX + agent.id();
  }

  private static void sink(Topology topology, String name, String topic) {
    topology.addSink(
        name,
        topic,
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        byMigration(),
        Names.PROCESSOR);
  }

  /** Whatever the key, what belongs to a migration is on the migration's partition. */
  private static StreamPartitioner<byte[], byte[]> byMigration() {
    return (_, key, _, _) ->
        Optional.of(
            Set.of(
                key == null
                    ? 0
                    : Topics.partitionOf(
                        StateKey.migrationOf(new String(key, StandardCharsets.UTF_8)))));
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> store(String name) {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray());
  }
}
