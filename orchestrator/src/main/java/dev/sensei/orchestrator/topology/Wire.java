package dev.sensei.orchestrator.topology;

import dev.sensei.orchestrator.codec.AvroCodec;
import dev.sensei.orchestrator.fold.Command;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.Input;
import dev.sensei.orchestrator.fold.MigrationState;
import dev.sensei.orchestrator.fold.Report;
import dev.sensei.orchestrator.fold.TableState;
import dev.sensei.orchestrator.fold.Task;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.Record;

/** Records as topics and stores have them, and as the fold has them. */
final class Wire {
  private final RecordSerde serde;

  Wire(RecordSerde serde) {
    this.serde = serde;
  }

  /**
   * The input that a record is.
   *
   * @throws Unreadable where it is none
   */
  Input input(String topic, Record<byte[], byte[]> consumed, Instant now) throws Unreadable {
    byte[] value = consumed.value();
    if (value == null) {
      throw new Unreadable("the record has no value");
    }
    String id =
        RecordHeaders.id(consumed.headers())
            .orElseThrow(() -> new Unreadable("the record has no header ce_id"));
    SpecificRecord read = read(topic, value);
    Input input =
        topic.equals(Topics.COMMANDS)
            ? new Input.CommandReceived(known(Command.class, read), now, id)
            : new Input.ReportReceived(known(Report.class, read), now, id);
    if (!StateKey.isMigrationId(input.migrationId().value())) {
      throw new Unreadable(
          "not a migration id: expected 1 to 200 letters, digits and . _ : -, found "
              + input.migrationId());
    }
    return input;
  }

  private SpecificRecord read(String topic, byte[] value) throws Unreadable {
    try {
      return serde.read(topic, value);
    } catch (SerializationException failed) {
      throw new Unreadable("the record cannot be decoded: " + failed.getMessage());
    }
  }

  private static <T> T known(Class<T> family, SpecificRecord read) throws Unreadable {
    return AvroCodec.fromAvro(family, read)
        .orElseThrow(
            () ->
                new Unreadable(
                    "%s is no %s that this version knows"
                        .formatted(
                            read.getSchema().getFullName(),
                            family.getSimpleName().toLowerCase(Locale.ROOT))));
  }

  SpecificRecord avro(Event event) {
    return AvroCodec.toAvro((java.lang.Record) event);
  }

  SpecificRecord avro(Task task) {
    return AvroCodec.toAvro((java.lang.Record) task);
  }

  SpecificRecord avro(MigrationState state) {
    return AvroCodec.toAvro(state);
  }

  SpecificRecord avro(TableState state) {
    return AvroCodec.toAvro(state);
  }

  byte[] bytes(String topic, SpecificRecord written) {
    return serde.write(topic, written);
  }

  MigrationState migrationState(byte[] bytes) {
    return state(MigrationState.class, bytes);
  }

  TableState tableState(byte[] bytes) {
    return state(TableState.class, bytes);
  }

  private <T> T state(Class<T> type, byte[] bytes) {
    Optional<T> state = AvroCodec.fromAvro(type, serde.read(Topics.STATE, bytes));
    return state.orElseThrow(
        () -> new IllegalStateException("a store holds something else than " + type));
  }
}
