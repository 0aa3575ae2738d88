package dev.sensei.orchestrator.audit;

import dev.sensei.schemas.CommittedConsumer;
import dev.sensei.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads a migration's partition of a topic from its beginning to where it ends now. */
final class TopicReader {
  private static final Duration POLL = Duration.ofMillis(200);

  private final String bootstrapServers;
  private final Duration patience;

  /**
   * @param patience how long Kafka may take to give the next records
   */
  TopicReader(String bootstrapServers, Duration patience) {
    this.bootstrapServers = bootstrapServers;
    this.patience = patience;
  }

  /**
   * Gives each committed record to the taker, in order.
   *
   * @throws TimeoutException where Kafka does not answer in time
   */
  void read(String topic, String migrationId, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
    TopicPartition partition = new TopicPartition(topic, Topics.partitionOf(migrationId));
    try (CommittedConsumer consumer =
        new CommittedConsumer(
            bootstrapServers,
            Map.of(
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(patience.toMillis())))) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      long moved = System.nanoTime();
      long position = consumer.position(partition);
      while (position < end) {
        consumer.poll(POLL).records(partition).stream()
            .filter(consumed -> consumed.offset() < end)
            .forEach(taker);
        long next = consumer.position(partition);
        if (next > position) {
          moved = System.nanoTime();
        } else if (System.nanoTime() - moved > patience.toNanos()) {
          throw new TimeoutException(
              "expected records of %s up to offset %d, Kafka gave none past %d within %s"
                  .formatted(partition, end, position, patience));
        }
        position = next;
      }
    }
  }
}
