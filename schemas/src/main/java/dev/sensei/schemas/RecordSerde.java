package dev.sensei.schemas;

import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientConfig;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.confluent.kafka.serializers.subject.TopicRecordNameStrategy;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes and reads every record of the system in Confluent's wire format under a schema registry:
 * one subject for each record type of a topic, {@code <topic>-<full record name>}.
 *
 * <p>Safe for use by several threads. What cannot be read (an unknown type, bytes that are no
 * record) or is refused by the registry is a {@link SerializationException}. A registry that does
 * not answer makes no record unreadable: it is waited for, as long as the serde's patience goes,
 * and then there is a {@link RegistryAwayException}.
 */
public final class RecordSerde implements Serde<SpecificRecord> {
  /** How evolution is checked: old and new readers and writers all understand each other. */
  public static final String COMPATIBILITY = "FULL_TRANSITIVE";

  private static final int CACHED_SCHEMAS = 1_000;
  private static final int WIRE_PREFIX_BYTES = 5;
  private static final int SERVER_ERROR = 500;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int LEAST_CODE_OF_A_REGISTRY = 10_000;
  private static final String AVRO = "org.apache.avro.";

  /**
   * How long one question may take: without it, an answer that breaks off is waited for for ever.
   */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);
  private static final Logger LOG = LoggerFactory.getLogger(RecordSerde.class);

  static {
    TrustedRecords.trust();
  }

  private final String registryUrl;
  private final SchemaRegistryClient registry;
  private final KafkaAvroSerializer serializer;
  private final KafkaAvroDeserializer deserializer;
  private final Duration patience;
  private final CountDownLatch impatient;
  private final AtomicBoolean away = new AtomicBoolean();

  private RecordSerde(
      String registryUrl,
      SchemaRegistryClient registry,
      Duration patience,
      CountDownLatch impatient) {
    this.registryUrl = registryUrl;
    this.registry = registry;
    this.patience = patience;
    this.impatient = impatient;
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
   * A serde on a registry, which does not wait for it.
   *
   * @param registryUrl the root of a registry that speaks Confluent's API, such as {@code
   *     http://127.0.0.1:8081/apis/ccompat/v7}
   */
  public static RecordSerde on(String registryUrl) {
    return patient(registryUrl, Duration.ZERO);
  }

  /**
   * A serde on a registry.
   *
   * @param registryUrl the root of a registry that speaks Confluent's API
   * @param patience how long one reading or writing waits for a registry that does not answer
   */
  public static RecordSerde patient(String registryUrl, Duration patience) {
    return patient(registryUrl, patience, ANSWER_LIMIT);
  }

  /** The same, with another limit for the answer to one question. */
  static RecordSerde patient(String registryUrl, Duration patience, Duration answerLimit) {
    int limitMillis = Math.toIntExact(answerLimit.toMillis());
    return new RecordSerde(
        registryUrl,
        new CachedSchemaRegistryClient(
            List.of(registryUrl),
            CACHED_SCHEMAS,
            Map.of(
                // Who waits decides here how long, and whether to ask again.
                SchemaRegistryClientConfig.MAX_RETRIES_CONFIG,
                0,
                SchemaRegistryClientConfig.HTTP_CONNECT_TIMEOUT_MS,
                limitMillis,
                SchemaRegistryClientConfig.HTTP_READ_TIMEOUT_MS,
                limitMillis)),
        patience,
        new CountDownLatch(1));
  }

  /**
   * The same with another patience. It knows the schemas that this one knows, and ends waiting with
   * it.
   */
  public RecordSerde withPatience(Duration other) {
    return new RecordSerde(registryUrl, registry, other, impatient);
  }

  /**
   * Ends the waiting of all threads, now and from now on, here and in those that were made from
   * this one or that this one was made from: for somebody who stops.
   */
  public void stopWaiting() {
    impatient.countDown();
  }

  /**
   * Sets the registry's compatibility rule to {@link #COMPATIBILITY}; harmless where it is set.
   *
   * @throws RegistryAwayException where the registry does not answer
   * @throws SerializationException where it refuses
   */
  public void requireCompatibility() {
    var _ =
        patiently(
            () -> {
              try {
                return registry.updateCompatibility(null, COMPATIBILITY);
              } catch (IOException | RestClientException failed) {
                throw new SerializationException(
                    "the schema registry did not take the compatibility rule " + COMPATIBILITY,
                    failed);
              }
            });
  }

  /**
   * The bytes of a record on a topic.
   *
   * @throws RegistryAwayException where the registry does not answer
   * @throws SerializationException where it refuses the record's schema
   */
  public byte[] write(String topic, SpecificRecord written) {
    return patiently(() -> serializer.serialize(topic, written));
  }

  /**
   * The record behind bytes read from a topic.
   *
   * @throws RegistryAwayException where the registry does not answer
   * @throws SerializationException where they are not a record that this version knows
   */
  public SpecificRecord read(String topic, byte[] bytes) {
    Object read = patiently(() -> deserializer.deserialize(topic, bytes));
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
   * @throws RegistryAwayException where the registry does not answer
   * @throws SerializationException where the registry does not know it
   */
  public Schema writerSchema(byte[] bytes) {
    body(bytes);
    int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
    Object raw =
        patiently(
            () -> {
              try {
                return registry.getSchemaById(id).rawSchema();
              } catch (IOException | RestClientException failed) {
                throw new SerializationException("the registry does not give schema " + id, failed);
              }
            });
    if (raw instanceof Schema schema) {
      return schema;
    }
    throw new SerializationException("schema " + id + " is not an Avro schema");
  }

  private <T> T patiently(Supplier<T> work) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        T done = work.get();
        if (away.compareAndSet(true, false) && !patience.isZero()) {
          LOG.info("The schema registry at {} answers again", registryUrl);
        }
        return done;
      } catch (KafkaException failed) {
        if (!isForWantOfAnAnswer(failed)) {
          throw failed instanceof SerializationException || failed instanceof InterruptException
              ? failed
              : new SerializationException("the schema registry refuses", failed);
        }
        if (away.compareAndSet(false, true) && !patience.isZero()) {
          LOG.info("The schema registry at {} does not answer; waiting for it", registryUrl);
        }
        if (stopsWaiting(deadline)) {
          throw new RegistryAwayException(
              "the schema registry at %s does not answer".formatted(registryUrl), failed);
        }
      }
    }
  }

  /** Waits for the next try; true where there is to be none. */
  private boolean stopsWaiting(long deadline) {
    long left = Math.min(BETWEEN_TRIES.toNanos(), deadline - System.nanoTime());
    try {
      return left <= 0 || impatient.await(left, TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
  }

  /**
   * Whether it was nothing about the record: nobody was there, or the server has troubles, or what
   * stands before it has. A registry that has looked says so with an error code of five digits.
   */
  private static boolean isForWantOfAnAnswer(Throwable failed) {
    for (Throwable at = failed; at != null; at = at.getCause()) {
      boolean noAnswer =
          switch (at) {
            case RestClientException refused ->
                refused.getStatus() >= SERVER_ERROR
                    || refused.getStatus() == UNAUTHORIZED
                    || refused.getStatus() == FORBIDDEN
                    || refused.getErrorCode() < LEAST_CODE_OF_A_REGISTRY;
            case EOFException cutShort -> false;
            case IOException away -> !away.getClass().getName().startsWith(AVRO);
            default -> at instanceof RetriableException;
          };
      if (noAnswer) {
        return true;
      }
    }
    return false;
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
    stopWaiting();
    serializer.close();
    deserializer.close();
  }
}
