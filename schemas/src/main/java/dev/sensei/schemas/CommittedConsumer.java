package dev.sensei.schemas;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what is committed, belongs to no group and commits nothing: whoever makes it says where it
 * begins, else it begins at the first record there is.
 *
 * <p>It is closed at once. Kafka's own way waits for the fetch under way, which ends after half a
 * second where nothing comes, only to give up its place among the thousand fetch sessions that a
 * broker remembers; it loses that when another one needs it.
 */
public final class CommittedConsumer extends KafkaConsumer<byte[], byte[]> {
  /**
   * Connects where it is first asked.
   *
   * @param bootstrapServers host:port, joined by commas
   * @param settings more of Kafka's settings for consumers
   */
  public CommittedConsumer(String bootstrapServers, Map<String, Object> settings) {
    super(
        withDefaults(bootstrapServers, settings),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private static Map<String, Object> withDefaults(
      String bootstrapServers, Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return all;
  }

  @Override
  public void close() {
    close(CloseOptions.timeout(Duration.ZERO));
  }
}
