package dev.sensei.platform;

import java.util.Map;

/**
 * A topic to be there: made if it is missing, left alone if it exists.
 *
 * @param name the topic's name
 * @param partitions number of partitions, at least 1
 * @param config the topic's own settings, by Kafka's names, such as {@code retention.ms}
 */
public record TopicSpec(String name, int partitions, Map<String, String> config) {
  /** Checks and copies. */
  public TopicSpec {
    if (name.isBlank() || partitions < 1) {
      throw new IllegalArgumentException(
          "A topic needs a name and at least one partition: '%s', %d".formatted(name, partitions));
    }
    config = Map.copyOf(config);
  }
}
