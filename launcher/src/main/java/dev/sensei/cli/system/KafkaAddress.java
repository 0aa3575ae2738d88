package dev.sensei.cli.system;

import dev.sensei.schemas.CommittedConsumer;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;

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

  /** A reader of committed records. */
  CommittedConsumer reader(String clientId) {
    return new CommittedConsumer(
        bootstrapServers,
        Map.of(
            ConsumerConfig.CLIENT_ID_CONFIG, clientId,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, LARGEST_FETCH_BYTES));
  }
}
