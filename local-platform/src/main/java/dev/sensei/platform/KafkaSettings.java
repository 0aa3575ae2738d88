package dev.sensei.platform;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How to run the Kafka server.
 *
 * @param directory the directory of its log and its ports; made if it is missing
 * @param port the clients' port on loopback; none for the one of the last run, or a free one
 * @param properties broker properties, by Kafka's names, over {@link #defaults()}
 * @param startTimeout how long clients are given for what they ask of it, such as making topics
 */
public record KafkaSettings(
    Path directory, OptionalInt port, Map<String, String> properties, Duration startTimeout) {
  /** The most that one record batch may take, 8 MiB. */
  public static final int MESSAGE_MAX_BYTES = 8 * 1024 * 1024;

  /** Checks and copies. */
  public KafkaSettings {
    properties = Map.copyOf(properties);
  }

  /** The defaults: the port of the last run, 3 min. */
  public static KafkaSettings in(Path directory) {
    return new KafkaSettings(directory, OptionalInt.empty(), Map.of(), Duration.ofMinutes(3));
  }

  /** The same, on this port. */
  public KafkaSettings withPort(int requested) {
    return new KafkaSettings(directory, OptionalInt.of(requested), properties, startTimeout);
  }

  /** The same, with these properties. */
  public KafkaSettings with(Map<String, String> others) {
    Map<String, String> more = new LinkedHashMap<>(properties);
    more.putAll(others);
    return new KafkaSettings(directory, port, more, startTimeout);
  }

  /**
   * One broker, few partitions of its own, and short memories: after a {@code kill -9} the sessions
   * of dead members end in seconds instead of a minute. For the broker's own see {@link
   * KilledBroker}.
   */
  static Map<String, String> defaults() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("inter.broker.listener.name", "CLIENT");
    properties.put("auto.create.topics.enable", "false");
    properties.put("message.max.bytes", Integer.toString(MESSAGE_MAX_BYTES));
    properties.put("replica.fetch.max.bytes", Integer.toString(MESSAGE_MAX_BYTES));

    // Longer than this process can stall: a broker that is taken for dead loses its partitions'
    // leader, and transactions that are being committed just then lose their markers.
    properties.put("broker.session.timeout.ms", "60000");
    properties.put("broker.heartbeat.interval.ms", "500");
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("group.min.session.timeout.ms", "3000");
    properties.put("group.consumer.min.session.timeout.ms", "3000");
    properties.put("group.consumer.session.timeout.ms", "3000");
    properties.put("group.consumer.min.heartbeat.interval.ms", "1000");
    properties.put("group.consumer.heartbeat.interval.ms", "1000");
    properties.put("group.streams.initial.rebalance.delay.ms", "0");
    properties.put("group.streams.min.session.timeout.ms", "3000");
    properties.put("group.streams.session.timeout.ms", "3000");
    properties.put("group.streams.min.heartbeat.interval.ms", "1000");
    properties.put("group.streams.heartbeat.interval.ms", "1000");
    properties.put("group.share.min.session.timeout.ms", "3000");
    properties.put("group.share.session.timeout.ms", "3000");
    properties.put("group.share.min.heartbeat.interval.ms", "1000");
    properties.put("group.share.heartbeat.interval.ms", "1000");

    // A dead worker's task comes back after its lock. A record at the delivery limit vanishes, so
    // the limit stands as high as Kafka lets it: 10 here, and up to 25 for a group that asks.
    properties.put("group.share.min.record.lock.duration.ms", "1000");
    properties.put("group.share.record.lock.duration.ms", "5000");
    properties.put("group.share.delivery.count.limit", "10");
    properties.put("group.share.max.delivery.count.limit", "25");
    properties.put("group.share.max.size", "1000");
    properties.put("group.share.max.share.sessions", "2000");

    // An installation may rest for months; what its groups have read must not be forgotten.
    properties.put("offsets.retention.minutes", Long.toString(Duration.ofDays(3_650).toMinutes()));
    properties.put("offsets.topic.num.partitions", "1");
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("transaction.state.log.num.partitions", "1");
    properties.put("transaction.state.log.replication.factor", "1");
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("share.coordinator.state.topic.num.partitions", "1");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    properties.put("default.replication.factor", "1");
    properties.put("min.insync.replicas", "1");
    properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 * 1024 * 1024));
    return properties;
  }
}
