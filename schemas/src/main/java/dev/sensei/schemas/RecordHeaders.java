package dev.sensei.schemas;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * What every record shares, by CloudEvents' Kafka protocol binding (binary mode): attributes travel
 * as headers that begin with {@code ce_}.
 */
public final class RecordHeaders {
  private static final String SPEC_VERSION = "ce_specversion";
  private static final String ID = "ce_id";
  private static final String SOURCE = "ce_source";
  private static final String TYPE = "ce_type";
  private static final String TIME = "ce_time";
  private static final String CONTENT_TYPE = "content-type";
  private static final String MIGRATION = "ce_migration";
  private static final String CAUSATION = "ce_causation";
  private static final String SEQUENCE = "ce_sequence";
  private static final String PREVIOUS_HASH = "ce_previoushash";
  private static final String HASH = "ce_hash";
  private static final String REASON = "ce_reason";

  private RecordHeaders() {}

  /**
   * Describes a record.
   *
   * @param headers where to write
   * @param id unique for its source; a record with an id seen before is a duplicate
   * @param source who writes, such as {@code sensei/orchestrator}
   * @param type the record's full Avro name
   * @param time when it was made; written to the millisecond
   * @param migrationId the migration it belongs to
   */
  public static void describe(
      Headers headers, String id, String source, String type, Instant time, String migrationId) {
    put(headers, SPEC_VERSION, "1.0");
    put(headers, ID, id);
    put(headers, SOURCE, source);
    put(headers, TYPE, type);
    put(headers, TIME, Instant.ofEpochMilli(time.toEpochMilli()).toString());
    put(headers, CONTENT_TYPE, "application/avro");
    put(headers, MIGRATION, migrationId);
  }

  /** Says which record led to this one, by its id. */
  public static void causedBy(Headers headers, String id) {
    put(headers, CAUSATION, id);
  }

  /** Places a journal record in its migration's chain. */
  public static void chain(Headers headers, long sequence, String previousHash, String hash) {
    put(headers, SEQUENCE, Long.toString(sequence));
    put(headers, PREVIOUS_HASH, previousHash);
    put(headers, HASH, hash);
  }

  /** Says why a record is among the dead letters. */
  public static void deadBecause(Headers headers, String reason) {
    put(headers, REASON, reason);
  }

  /** The record's id. */
  public static Optional<String> id(Headers headers) {
    return get(headers, ID);
  }

  /** The record's full Avro name. */
  public static Optional<String> type(Headers headers) {
    return get(headers, TYPE);
  }

  /** When the record was made; empty where the header is missing or not a time. */
  public static Optional<Instant> time(Headers headers) {
    try {
      return get(headers, TIME).map(Instant::parse);
    } catch (DateTimeParseException unreadable) {
      return Optional.empty();
    }
  }

  /** The migration the record belongs to. */
  public static Optional<String> migration(Headers headers) {
    return get(headers, MIGRATION);
  }

  /** The id of the record that led to this one. */
  public static Optional<String> causation(Headers headers) {
    return get(headers, CAUSATION);
  }

  /**
   * The journal record's place in its migration's chain, from 1; empty where it is not a number.
   */
  public static OptionalLong sequence(Headers headers) {
    try {
      Optional<String> text = get(headers, SEQUENCE);
      return text.isPresent() ? OptionalLong.of(Long.parseLong(text.get())) : OptionalLong.empty();
    } catch (NumberFormatException unreadable) {
      return OptionalLong.empty();
    }
  }

  /** The hash of the journal record before, in hex. */
  public static Optional<String> previousHash(Headers headers) {
    return get(headers, PREVIOUS_HASH);
  }

  /** The journal record's own hash, in hex. */
  public static Optional<String> hash(Headers headers) {
    return get(headers, HASH);
  }

  /** Why the record is among the dead letters. */
  public static Optional<String> deathReason(Headers headers) {
    return get(headers, REASON);
  }

  private static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<String> get(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }
}
