package dev.sensei.schemas;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;

/**
 * One record of the journal with its place in its migration's chain.
 *
 * @param migrationId the migration
 * @param sequence its place in the chain, from 1, without gaps
 * @param time when the event was decided, to the millisecond
 * @param id the record's id
 * @param causation the id of the command, report or timer that led to it
 * @param previousHash the hash of the record before, {@link JournalHash#GENESIS} for the first
 * @param hash its own hash, as written beside it
 * @param computedHash its hash as computed from what was read; other than {@code hash} where the
 *     record was changed
 * @param event what happened
 * @param partition the partition it was read from
 * @param offset its offset there
 */
public record JournalRecord(
    String migrationId,
    long sequence,
    Instant time,
    String id,
    Optional<String> causation,
    String previousHash,
    String hash,
    String computedHash,
    SpecificRecord event,
    int partition,
    long offset) {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  /**
   * Reads a record of the journal topic and computes its hash again.
   *
   * @throws SerializationException where it is not a journal record that this version knows
   */
  public static JournalRecord read(RecordSerde serde, ConsumerRecord<byte[], byte[]> consumed) {
    Headers headers = consumed.headers();
    byte[] value = consumed.value();
    if (value == null) {
      throw missing(consumed, "value");
    }
    String migration =
        RecordHeaders.migration(headers).orElseThrow(() -> missing(consumed, "migration"));
    long sequence =
        RecordHeaders.sequence(headers).orElseThrow(() -> missing(consumed, "sequence"));
    Instant time = RecordHeaders.time(headers).orElseThrow(() -> missing(consumed, "time"));
    String previous =
        RecordHeaders.previousHash(headers).orElseThrow(() -> missing(consumed, "previous hash"));
    if (!HASH.matcher(previous).matches()) {
      throw missing(consumed, "readable previous hash");
    }
    return new JournalRecord(
        migration,
        sequence,
        time,
        RecordHeaders.id(headers).orElseThrow(() -> missing(consumed, "id")),
        RecordHeaders.causation(headers),
        previous,
        RecordHeaders.hash(headers).orElseThrow(() -> missing(consumed, "hash")),
        JournalHash.of(
            sequence, time, previous, serde.writerSchema(value), RecordSerde.body(value)),
        serde.read(consumed.topic(), value),
        consumed.partition(),
        consumed.offset());
  }

  private static SerializationException missing(ConsumerRecord<?, ?> consumed, String what) {
    return new SerializationException(
        "the record at %s-%d offset %d has no %s: it is not a journal record"
            .formatted(consumed.topic(), consumed.partition(), consumed.offset(), what));
  }
}
