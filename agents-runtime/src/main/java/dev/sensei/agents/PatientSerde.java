package dev.sensei.agents;

import dev.sensei.agents.registry.RegistryOutage;
import dev.sensei.schemas.RecordSerde;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and writes records, and waits where the schema registry does not answer: a registry that is
 * away makes no record unreadable.
 */
final class PatientSerde {
  private static final Logger LOG = LoggerFactory.getLogger(PatientSerde.class);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  private final RecordSerde serde;
  private final AgentSettings settings;
  private final Stopping stopping;
  private final AtomicBoolean away = new AtomicBoolean();

  PatientSerde(RecordSerde serde, AgentSettings settings, Stopping stopping) {
    this.serde = serde;
    this.settings = settings;
    this.stopping = stopping;
  }

  /**
   * The record behind bytes.
   *
   * @throws SerializationException where they are not a record that this version knows
   * @throws TaskReleasedException where the agent stops, or the time is over, before the registry
   *     answers
   */
  SpecificRecord read(String topic, byte[] bytes) throws TaskReleasedException {
    return patiently(() -> serde.read(topic, bytes));
  }

  /**
   * The bytes of a record.
   *
   * @throws SerializationException where the registry refuses it
   * @throws TaskReleasedException where the agent stops, or the time is over, before the registry
   *     answers
   */
  byte[] write(String topic, SpecificRecord written) throws TaskReleasedException {
    return patiently(() -> serde.write(topic, written));
  }

  /** The bytes of a record, with one try. */
  byte[] writeAtOnce(String topic, SpecificRecord written) {
    return serde.write(topic, written);
  }

  private <T> T patiently(Supplier<T> work) throws TaskReleasedException {
    long deadline = System.nanoTime() + settings.reportTimeout().toNanos();
    while (true) {
      try {
        T done = work.get();
        if (away.compareAndSet(true, false)) {
          LOG.info("{}: the schema registry answers again", settings.name());
        }
        return done;
      } catch (KafkaException failed) {
        if (!RegistryOutage.isBehind(failed)) {
          throw failed instanceof SerializationException known
              ? known
              : new SerializationException("the schema registry refused", failed);
        }
        if (away.compareAndSet(false, true)) {
          LOG.warn(
              "{}: the schema registry is not answering at {}; waiting",
              settings.name(),
              settings.registry());
        }
      }
      try {
        if (stopping.within(BETWEEN_TRIES) || System.nanoTime() - deadline > 0) {
          throw new TaskReleasedException("the schema registry does not answer");
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new TaskReleasedException("interrupted while the schema registry did not answer");
      }
    }
  }
}
