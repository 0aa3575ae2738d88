package dev.sensei.orchestrator.audit;

import dev.sensei.orchestrator.audit.Verification.Check;
import dev.sensei.schemas.JournalHash;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.RecordSerde;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/** Follows a chain of hashes, and stops at the first record that does not hold. */
final class ChainCheck {
  private final RecordSerde serde;
  private final String migrationId;
  private long sequence;
  private String head = JournalHash.GENESIS;
  private Optional<Verification> broken = Optional.empty();

  ChainCheck(RecordSerde serde, String migrationId) {
    this.serde = serde;
    this.migrationId = migrationId;
  }

  void follow(ConsumerRecord<byte[], byte[]> consumed) {
    if (broken.isPresent()) {
      return;
    }
    JournalRecord read;
    try {
      read = JournalRecord.read(serde, consumed);
    } catch (SerializationException unreadable) {
      broken(
          consumed,
          Check.READABLE,
          "a record of the journal",
          String.valueOf(unreadable.getMessage()));
      return;
    }
    Object about = read.event().get(read.event().getSchema().getField("migrationId").pos());
    if (read.sequence() != sequence + 1) {
      broken(consumed, Check.SEQUENCE, String.valueOf(sequence + 1), "" + read.sequence());
    } else if (!read.previousHash().equals(head)) {
      broken(consumed, Check.PREVIOUS_HASH, head, read.previousHash());
    } else if (!read.hash().equals(read.computedHash())) {
      broken(consumed, Check.HASH, read.hash(), read.computedHash());
    } else if (!migrationId.equals(String.valueOf(about))) {
      broken(consumed, Check.MIGRATION, migrationId, String.valueOf(about));
    } else {
      sequence = read.sequence();
      head = read.hash();
    }
  }

  private void broken(
      ConsumerRecord<byte[], byte[]> consumed, Check check, String expected, String found) {
    broken =
        Optional.of(
            new Verification.Broken(
                sequence + 1, consumed.partition(), consumed.offset(), check, expected, found));
  }

  Verification verdict() {
    return broken.orElseGet(
        () -> sequence == 0 ? new Verification.Nothing() : new Verification.Intact(sequence, head));
  }
}
