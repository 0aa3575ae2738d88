package dev.sensei.orchestrator.audit;

import dev.sensei.orchestrator.codec.AvroCodec;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.MigrationState;
import dev.sensei.orchestrator.topology.StateKey;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Reads a migration's journal again, for those who check it. It reads topics alone: the
 * orchestrator need not run, and nothing is written.
 */
public final class JournalAudit implements AutoCloseable {
  private static final Set<String> LONG_FIELDS = Set.of("migrationId", "definition", "certificate");
  private static final int SHOWN_LENGTH = 160;

  private final TopicReader reader;
  private final RecordSerde serde;

  private JournalAudit(TopicReader reader, RecordSerde serde) {
    this.reader = reader;
    this.serde = serde;
  }

  /**
   * An audit of the journal on this Kafka; its records are read with this registry.
   *
   * @param patience how long either may take to answer
   */
  public static JournalAudit on(String bootstrapServers, String registryUrl, Duration patience) {
    return new JournalAudit(
        new TopicReader(bootstrapServers, patience), RecordSerde.patient(registryUrl, patience));
  }

  /**
   * Gives each record of a migration's journal to the taker, in order.
   *
   * @throws SerializationException where a record cannot be read; {@link #verify} says which
   */
  public void read(String migrationId, Consumer<JournalRecord> taker) {
    each(migrationId, consumed -> taker.accept(JournalRecord.read(serde, consumed)));
  }

  /** Gives the journal to the taker as lines that a person can read. */
  public void log(String migrationId, Consumer<String> taker) {
    read(migrationId, record -> taker.accept(line(record)));
  }

  /** The state that the whole journal amounts to. */
  public Replay replay(String migrationId) {
    return stateAt(migrationId, Long.MAX_VALUE);
  }

  /** The state after this record of the journal, and before the next. */
  public Replay stateAt(String migrationId, long sequence) {
    Replay replay = new Replay();
    read(
        migrationId,
        record -> {
          if (record.sequence() <= sequence) {
            replay.follow(event(record));
          }
        });
    return replay;
  }

  /** Holds the replayed journal against the live state, byte for byte. */
  public Comparison compareWithLive(String migrationId) {
    SortedMap<String, byte[]> written = live(migrationId);
    long sequence =
        Optional.ofNullable(written.get(migrationId))
            .flatMap(
                value -> AvroCodec.fromAvro(MigrationState.class, serde.read(Topics.STATE, value)))
            .map(MigrationState::sequence)
            .orElse(0L);
    SortedMap<String, byte[]> live = new TreeMap<>();
    written.forEach((key, value) -> live.put(key, body(value)));
    Replay replay = stateAt(migrationId, sequence);
    SortedMap<String, byte[]> replayed = replay.canonical();
    Set<String> keys = new TreeSet<>(live.keySet());
    keys.addAll(replayed.keySet());
    List<String> differences = new ArrayList<>();
    if (replay.sequence() != sequence) {
      differences.add(
          "the live state stands at record %d, the journal ends at %d"
              .formatted(sequence, replay.sequence()));
    }
    for (String key : keys) {
      byte[] ofLive = live.get(key);
      byte[] ofReplay = replayed.get(key);
      if (ofLive == null) {
        differences.add(key + ": only the replay has it");
      } else if (ofReplay == null) {
        differences.add(key + ": only the live state has it");
      } else if (!Arrays.equals(ofLive, ofReplay)) {
        differences.add(
            "%s: %d bytes live and %d replayed differ from byte %d on"
                .formatted(key, ofLive.length, ofReplay.length, Arrays.mismatch(ofLive, ofReplay)));
      }
    }
    return new Comparison(sequence, keys.size(), differences);
  }

  /** Follows the chain of hashes, and names the first record that does not hold. */
  public Verification verify(String migrationId) {
    ChainCheck check = new ChainCheck(serde, migrationId);
    each(migrationId, check::follow);
    return check.verdict();
  }

  private void each(String migrationId, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
    reader.read(
        Topics.JOURNAL,
        migrationId,
        consumed -> {
          if (RecordHeaders.migration(consumed.headers()).filter(migrationId::equals).isPresent()) {
            taker.accept(consumed);
          }
        });
  }

  private static Event event(JournalRecord record) {
    return AvroCodec.fromAvro(Event.class, record.event())
        .orElseThrow(
            () ->
                new SerializationException(
                    "record %d is a %s, which this version does not know"
                        .formatted(record.sequence(), record.event().getSchema().getFullName())));
  }

  /** The latest record of every state of the migration, as it was written. */
  private SortedMap<String, byte[]> live(String migrationId) {
    SortedMap<String, byte[]> states = new TreeMap<>();
    reader.read(
        Topics.STATE,
        migrationId,
        consumed -> {
          String key =
              consumed.key() == null ? "" : new String(consumed.key(), StandardCharsets.UTF_8);
          if (consumed.value() != null && StateKey.migrationOf(key).equals(migrationId)) {
            states.put(key, consumed.value());
          }
        });
    return states;
  }

  private static byte[] body(byte[] written) {
    ByteBuffer body = RecordSerde.body(written);
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }

  private static String line(JournalRecord record) {
    SpecificRecord event = record.event();
    String fields =
        event.getSchema().getFields().stream()
            .filter(field -> !LONG_FIELDS.contains(field.name()))
            .map(field -> field.name() + "=" + shown(event, field))
            .collect(Collectors.joining(" "));
    return "%6d  %s  %-20s %s"
        .formatted(record.sequence(), record.time(), event.getSchema().getName(), fields)
        .stripTrailing();
  }

  private static String shown(SpecificRecord event, Schema.Field field) {
    String text = String.valueOf(event.get(field.pos()));
    return text.length() > SHOWN_LENGTH ? text.substring(0, SHOWN_LENGTH) + "…" : text;
  }

  @Override
  public void close() {
    serde.close();
  }
}
