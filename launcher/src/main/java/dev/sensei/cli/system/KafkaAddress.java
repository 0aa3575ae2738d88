package dev.sensei.cli.system;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Where Kafka and the schema registry are.
 *
 * @param bootstrapServers host:port, joined by commas
 * @param registryUrl the root of the registry's API
 */
record KafkaAddress(String bootstrapServers, String registryUrl) {
  private static final int LARGEST_FETCH_BYTES = 16 << 20;

  /** A client that asks Kafka about itself, and gives up after a while. */
  Admin admin(Duration patience) {
    return Admin.create(
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "request.timeout.ms",
            Math.toIntExact(patience.toMillis()),
            "default.api.timeout.ms",
            Math.toIntExact(patience.toMillis())));
  }

  /** A reader of committed records that belongs to no group and starts where it is told. */
  KafkaConsumer<byte[], byte[]> reader(String clientId) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "client.id", clientId,
            "isolation.level", "read_committed",
            "auto.offset.reset", "earliest",
            "enable.auto.commit", "false",
            // A consumer that closes waits for the fetch it has asked for.
            "fetch.max.wait.ms", "50",
            "max.partition.fetch.bytes", Integer.toString(LARGEST_FETCH_BYTES),
            "allow.auto.create.topics", "false"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
