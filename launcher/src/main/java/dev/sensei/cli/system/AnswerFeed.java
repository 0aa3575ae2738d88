package dev.sensei.cli.system;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.run.MigrationControl.Answer;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.event.CommandRejected;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Waits for what became of a command: the first journal record, or dead letter, that names the
 * command as its cause. It has to be open before the command is sent.
 */
final class AnswerFeed implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final RecordSerde serde;
  private final KafkaConsumer<byte[], byte[]> consumer;

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
   * @throws CommandException where no answer comes in time
   */
  Optional<Answer.Rejected> await(String commandId) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < deadline) {
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
          SpecificRecord event = serde.read(found.topic(), found.value());
          return event instanceof CommandRejected rejected
              ? Optional.of(
                  new Answer.Rejected(
                      rejected.getState().name().toLowerCase(Locale.ROOT), rejected.getReason()))
              : Optional.empty();
        }
      }
    }
    throw new CommandException(
        ExitCode.INTERNAL_ERROR,
        "no answer from the orchestrator within %d s; is it running? The command stays in its topic"
            .formatted(LIMIT.toSeconds()));
  }

  @Override
  public void close() {
    consumer.close();
  }
}
