package dev.sensei.orchestrator;

import dev.sensei.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the topics of {@link Topics#all()} that Kafka does not have yet, so that an orchestrator
 * can start on an empty Kafka. A topic that is there stays as it is.
 */
public final class MissingTopics {
  private static final Logger log = LoggerFactory.getLogger(MissingTopics.class);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

  private MissingTopics() {}

  /**
   * Makes them, with as many replicas as the brokers' default says. Waits up to a minute for Kafka.
   * Several orchestrators may do so at once.
   *
   * @return the names of those that were made
   * @throws IllegalStateException where Kafka does not answer or refuses
   */
  public static List<String> create(String bootstrapServers) throws InterruptedException {
    try (Admin admin =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(ANSWER_LIMIT.toMillis())))) {
      Set<String> there = admin.listTopics().names().get();
      List<NewTopic> missing =
          Topics.all().stream()
              .filter(topic -> !there.contains(topic.name()))
              .map(
                  topic ->
                      new NewTopic(topic.name(), Optional.of(topic.partitions()), Optional.empty())
                          .configs(topic.configuration()))
              .toList();
      for (KafkaFuture<Void> made : admin.createTopics(missing).values().values()) {
        await(made);
      }
      List<String> names = missing.stream().map(NewTopic::name).toList();
      if (!names.isEmpty()) {
        log.info("Made the topics {}", names);
      }
      return names;
    } catch (ExecutionException failed) {
      throw new IllegalStateException(
          "expected Kafka at %s to have or take the topics, it did not; check the address and the rights to create topics"
              .formatted(bootstrapServers),
          failed);
    }
  }

  private static void await(KafkaFuture<Void> made)
      throws ExecutionException, InterruptedException {
    try {
      made.get();
    } catch (ExecutionException failed) {
      if (!(failed.getCause() instanceof TopicExistsException)) {
        throw failed;
      }
    }
  }
}
