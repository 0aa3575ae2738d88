package dev.sensei.cli.system;

import dev.sensei.agents.journal.JournalDocuments;
import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.run.MigrationControl.Answer;
import dev.sensei.cli.run.PlanSummary;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.event.TablePlanned;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/** A connection to Kafka, with all that the command line reads and sends; for one thread. */
final class Connection implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration ANSWER = Duration.ofSeconds(3);

  private final KafkaAddress kafka;
  private final Health health;
  private final RecordSerde serde;
  private final StateFeed states;
  private final CommandSender sender;
  private final JournalDocuments journal;
  private final Map<String, Map<Integer, Long>> rowEstimates = new HashMap<>();
  private final Map<String, AnswerFeed> answers = new HashMap<>();

  private Connection(KafkaAddress kafka, Health health) {
    this.kafka = kafka;
    this.health = health;
    this.serde = RecordSerde.patient(kafka.registryUrl(), PATIENCE);
    this.states = StateFeed.follow(kafka, serde, health);
    this.sender = new CommandSender(kafka, serde);
    this.journal =
        new JournalDocuments(kafka.bootstrapServers(), "sensei-documents", serde, PATIENCE);
  }

  /**
   * Connects to services that run elsewhere, and reads what is there.
   *
   * @throws CommandException where Kafka does not answer in time
   */
  static Connection to(KafkaAddress kafka) throws InterruptedException {
    return to(kafka, new Health());
  }

  /**
   * Connects, and reads what is there.
   *
   * @param health where it is told that what runs there has failed
   * @throws CommandException where Kafka does not answer in time
   */
  static Connection to(KafkaAddress kafka, Health health) throws InterruptedException {
    Connection connection = new Connection(kafka, health);
    if (!connection.states.awaitCaughtUp(PATIENCE)) {
      connection.close();
      throw new CommandException(
          ExitCode.USAGE,
          "Kafka at %s, or the schema registry at %s, did not answer within %d s; are they running?"
              .formatted(kafka.bootstrapServers(), kafka.registryUrl(), PATIENCE.toSeconds()));
    }
    return connection;
  }

  KafkaAddress kafka() {
    return kafka;
  }

  /** Asks Kafka whether it is there; takes as long as {@link #ANSWER} where it is not. */
  boolean kafkaAnswers() {
    try (Admin admin = kafka.admin(ANSWER)) {
      return !admin.describeCluster().nodes().get().isEmpty();
    } catch (ExecutionException | KafkaException away) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  RecordSerde serde() {
    return serde;
  }

  StateFeed states() {
    return states;
  }

  JournalDocuments journal() {
    return journal;
  }

  /** Sends a command and waits until it was taken (empty) or rejected. */
  Optional<Answer.Rejected> ask(String migrationId, SpecificRecord command, Consumer<String> note)
      throws InterruptedException {
    AnswerFeed feed = answers.computeIfAbsent(migrationId, id -> new AnswerFeed(kafka, serde, id));
    return feed.await(sender.send(migrationId, command), health, note);
  }

  /** Rows expected of each table of a plan, by its number; none where there is no plan yet. */
  Map<Integer, Long> rowEstimates(String migrationId, String planDigest) {
    if (planDigest.isEmpty()) {
      return Map.of();
    }
    return rowEstimates.computeIfAbsent(
        planDigest,
        digest -> {
          Map<Integer, Long> estimates = new HashMap<>();
          for (TablePlanned table : journal.plan(migrationId, digest).tables()) {
            estimates.put(table.getTableIndex(), table.getRowEstimate());
          }
          return Map.copyOf(estimates);
        });
  }

  /** A plan as a person reads it. */
  PlanSummary plan(String migrationId, String planDigest) {
    return PlanSummaries.of(journal.plan(migrationId, planDigest));
  }

  @Override
  public void close() {
    serde.stopWaiting();
    answers.values().forEach(AnswerFeed::close);
    states.close();
    sender.close();
    serde.close();
  }
}
