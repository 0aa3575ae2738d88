package dev.sensei.cli.system;

import dev.sensei.cli.run.MigrationControl.Answer;
import dev.sensei.schemas.CommittedConsumer;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.RegistryAwayException;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.event.CommandRejected;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for what became of a command: the first journal record, or dead letter, that names the
 * command as its cause. It has to be open before the command is sent.
 */
final class AnswerFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AnswerFeed.class);
  private static final Duration POLL = Duration.ofMillis(50);

  /** How long it waits before it says so. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final RecordSerde serde;
  private final CommittedConsumer consumer;

  AnswerFeed(KafkaAddress kafka, RecordSerde serde, String migrationId) {
    this.serde = serde;
    this.consumer = kafka.reader("sensei-answers");
    int partition = Topics.partitionOf(migrationId);
    List<TopicPartition> partitions =
        List.of(
            new TopicPartition(Topics.JOURNAL, partition),
            new TopicPartition(Topics.DEAD_LETTERS, partition));
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
  }

  /**
   * What became of the command; empty where it was taken and this process has to look at the state
   * for more.
   *
   * <p>It waits as long as it takes, since a command that was sent counts whenever it is read.
   *
   * @param note where it is said, once, that the answer is late
   * @throws dev.sensei.cli.CommandException where what would answer has failed
   */
  Optional<Answer.Rejected> await(String commandId, Health health, Consumer<String> note) {
    long from = System.nanoTime();
    boolean told = false;
    while (true) {
      health.check();
      if (!told && System.nanoTime() - from > PATIENCE.toNanos()) {
        told = true;
        note.accept(
            "The orchestrator has not answered for %d s; still waiting. The command stays in its topic; Ctrl-C ends the waiting."
                .formatted(PATIENCE.toSeconds()));
      }
      for (ConsumerRecord<byte[], byte[]> found : consumer.poll(POLL)) {
        boolean caused =
            RecordHeaders.causation(found.headers()).filter(commandId::equals).isPresent();
        if (found.topic().equals(Topics.DEAD_LETTERS)) {
          if (caused || RecordHeaders.id(found.headers()).filter(commandId::equals).isPresent()) {
            return Optional.of(
                new Answer.Rejected(
                    "unknown",
                    RecordHeaders.deathReason(found.headers()).orElse("it could not be read")));
          }
        } else if (caused) {
          SpecificRecord event = read(found, health);
          return event instanceof CommandRejected rejected
              ? Optional.of(
                  new Answer.Rejected(
                      rejected.getState().name().toLowerCase(Locale.ROOT), rejected.getReason()))
              : Optional.empty();
        }
      }
    }
  }

  private SpecificRecord read(ConsumerRecord<byte[], byte[]> found, Health health) {
    while (true) {
      try {
        return serde.read(found.topic(), found.value());
      } catch (RegistryAwayException away) {
        LOG.warn("The schema registry does not answer; trying again");
        health.check();
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
