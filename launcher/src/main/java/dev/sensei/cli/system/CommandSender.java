package dev.sensei.cli.system;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends commands. A command is known by its id, and counts once however often it arrives. */
final class CommandSender implements AutoCloseable {
  private static final String SOURCE = "sensei/command-line";

  private final RecordSerde serde;
  private final KafkaProducer<byte[], byte[]> producer;

  CommandSender(KafkaAddress kafka, RecordSerde serde) {
    this.serde = serde;
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "client.id", "sensei-commands",
                "acks", "all",
                "enable.idempotence", "true"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * Sends a command, and returns its id once Kafka has it.
   *
   * @throws CommandException where Kafka does not take it
   */
  String send(String migrationId, SpecificRecord command) throws InterruptedException {
    String id = UUID.randomUUID().toString();
    ProducerRecord<byte[], byte[]> message =
        new ProducerRecord<>(
            Topics.COMMANDS,
            Topics.partitionOf(migrationId),
            migrationId.getBytes(StandardCharsets.UTF_8),
            serde.write(Topics.COMMANDS, command));
    RecordHeaders.describe(
        message.headers(),
        id,
        SOURCE,
        command.getSchema().getFullName(),
        Instant.now(),
        migrationId);
    try {
      producer.send(message).get();
      return id;
    } catch (ExecutionException failed) {
      throw new CommandException(
          ExitCode.INTERNAL_ERROR, "Kafka did not take the command; is it running?", failed);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
