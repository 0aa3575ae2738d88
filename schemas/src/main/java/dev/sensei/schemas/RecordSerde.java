package dev.sensei.schemas;

import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.confluent.kafka.serializers.subject.TopicRecordNameStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes and reads every record of the system in Confluent's wire format under a schema registry:
 * one subject for each record type of a topic, {@code <topic>-<full record name>}.
 *
 * <p>Safe for use by several threads. What cannot be read (an unknown type, bytes that are no
 * record, a registry that does not answer) is a {@link SerializationException}.
 */
public final class RecordSerde implements Serde<SpecificRecord> {
  /** How evolution is checked: old and new readers and writers all understand each other. */
  public static final String COMPATIBILITY = "FULL_TRANSITIVE";

  private static final int CACHED_SCHEMAS = 1_000;
  private static final int WIRE_PREFIX_BYTES = 5;

  static {
    TrustedRecords.trust();
  }

  private final SchemaRegistryClient registry;
  private final KafkaAvroSerializer serializer;
  private final KafkaAvroDeserializer deserializer;

  private RecordSerde(SchemaRegistryClient registry, String registryUrl) {
    this.registry = registry;
    Map<String, Object> settings =
        Map.of(
            "schema.registry.url", registryUrl,
            "auto.register.schemas", true,
            "avro.use.logical.type.converters", true,
            "specific.avro.reader", true,
            "value.subject.name.strategy", TopicRecordNameStrategy.class.getName());
    serializer = new KafkaAvroSerializer(registry);
    serializer.configure(settings, false);
    deserializer = new KafkaAvroDeserializer(registry);
    deserializer.configure(settings, false);
  }

  /**
   * A serde on a registry.
   *
   * @param registryUrl the root of a registry that speaks Confluent's API, such as {@code
   *     http://127.0.0.1:8081/apis/ccompat/v7}
   */
  public static RecordSerde on(String registryUrl) {
    return new RecordSerde(
        new CachedSchemaRegistryClient(List.of(registryUrl), CACHED_SCHEMAS), registryUrl);
  }

  /**
   * Sets the registry's compatibility rule to {@link #COMPATIBILITY}; harmless where it is set.
   *
   * @throws UncheckedIOException where the registry does not answer or refuses
   */
  public void requireCompatibility() {
    try {
      registry.updateCompatibility(null, COMPATIBILITY);
    } catch (IOException | RestClientException failed) {
      throw new UncheckedIOException(
          "the schema registry did not take the compatibility rule " + COMPATIBILITY,
          failed instanceof IOException io ? io : new IOException(failed));
    }
  }

  /** The bytes of a record on a topic. */
  public byte[] write(String topic, SpecificRecord written) {
    return serializer.serialize(topic, written);
  }

  /**
   * The record behind bytes read from a topic.
   *
   * @throws SerializationException where they are not a record that this version knows
   */
  public SpecificRecord read(String topic, byte[] bytes) {
    Object read = deserializer.deserialize(topic, bytes);
    if (read instanceof SpecificRecord known) {
      return known;
    }
    throw new SerializationException(
        "expected a record of a known type on "
            + topic
            + ", found "
            + (read == null ? "nothing" : read.getClass().getName()));
  }

  /**
   * The Avro body of a record as it was written, without the wire format's prefix.
   *
   * @throws SerializationException where the bytes are too short to be a record
   */
  public static ByteBuffer body(byte[] bytes) {
    if (bytes.length < WIRE_PREFIX_BYTES || bytes[0] != 0) {
      throw new SerializationException(
          "expected Confluent's wire format, found " + bytes.length + " bytes of something else");
    }
    return ByteBuffer.wrap(bytes, WIRE_PREFIX_BYTES, bytes.length - WIRE_PREFIX_BYTES).slice();
  }

  /**
   * The schema that bytes were written with, by the registry.
   *
   * @throws SerializationException where the registry does not know it
   */
  public Schema writerSchema(byte[] bytes) {
    body(bytes);
    int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
    try {
      Object raw = registry.getSchemaById(id).rawSchema();
      if (raw instanceof Schema schema) {
        return schema;
      }
      throw new SerializationException("schema " + id + " is not an Avro schema");
    } catch (IOException | RestClientException failed) {
      throw new SerializationException("the registry does not give schema " + id, failed);
    }
  }

  @Override
  public Serializer<SpecificRecord> serializer() {
    return this::write;
  }

  @Override
  public Deserializer<SpecificRecord> deserializer() {
    return this::read;
  }

  @Override
  public void close() {
    serializer.close();
    deserializer.close();
  }
}
