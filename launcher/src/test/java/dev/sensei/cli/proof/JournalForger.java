package dev.sensei.cli.proof;

import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Somebody who may write to the journal's topic, and does what nobody should. */
final class JournalForger implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final KafkaProducer<byte[], byte[]> producer;
  private List<ConsumerRecord<byte[], byte[]>> original = List.of();

  JournalForger(String bootstrapServers) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed");
    admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * Writes a migration's part of the journal again, with the last byte but ten of the first event
   * of a type changed; returns the sequence of that record.
   */
  long changeBodyOf(String migrationId, String type)
      throws ExecutionException, InterruptedException {
    original = read(migrationId);
    List<ProducerRecord<byte[], byte[]>> forged = new ArrayList<>();
    long changed = -1;
    for (ConsumerRecord<byte[], byte[]> found : original) {
      byte[] value = found.value().clone();
      if (changed < 0
          && belongs(found, migrationId)
          && RecordHeaders.type(found.headers()).filter(name -> name.endsWith(type)).isPresent()) {
        changed = sequence(found);
        value[value.length - 1] ^= 2;
      }
      forged.add(copy(found, value));
    }
    replace(forged);
    return changed;
  }

  /** Writes the journal again as it was. */
  void restore() throws ExecutionException, InterruptedException {
    replace(original.stream().map(found -> copy(found, found.value())).toList());
  }

  /** Appends the migration's last record a second time; returns its sequence. */
  long appendCopyOfLast(String migrationId) throws ExecutionException, InterruptedException {
    ConsumerRecord<byte[], byte[]> last =
        read(migrationId).stream().filter(found -> belongs(found, migrationId)).toList().getLast();
    producer.send(copy(last, last.value())).get();
    return sequence(last);
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String migrationId) {
    TopicPartition partition = new TopicPartition(Topics.JOURNAL, Topics.partitionOf(migrationId));
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    while (consumer.position(partition) < end) {
      consumer.poll(POLL).forEach(records::add);
    }
    return records;
  }

  private void replace(List<ProducerRecord<byte[], byte[]>> records)
      throws ExecutionException, InterruptedException {
    TopicPartition partition = new TopicPartition(Topics.JOURNAL, original.getFirst().partition());
    admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1))).all().get();
    for (ProducerRecord<byte[], byte[]> record : records) {
      producer.send(record).get();
    }
  }

  private static boolean belongs(ConsumerRecord<byte[], byte[]> found, String migrationId) {
    return RecordHeaders.migration(found.headers()).filter(migrationId::equals).isPresent();
  }

  private static long sequence(ConsumerRecord<byte[], byte[]> found) {
    return RecordHeaders.sequence(found.headers()).orElseThrow();
  }

  private static ProducerRecord<byte[], byte[]> copy(
      ConsumerRecord<byte[], byte[]> found, byte[] value) {
    return new ProducerRecord<>(
        found.topic(), found.partition(), found.timestamp(), found.key(), value, found.headers());
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
    admin.close();
  }
}
