package dev.sensei.agents;

import dev.sensei.platform.LocalPlatform;
import dev.sensei.platform.PlatformSettings;
import dev.sensei.platform.TopicSpec;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;

/** One platform for all tests of this module; it ends with the process. */
public final class OnPlatform {
  private static final LocalPlatform PLATFORM = start();

  private OnPlatform() {}

  public static String kafka() {
    return PLATFORM.bootstrapServers();
  }

  public static String registry() {
    return PLATFORM.registryUrl();
  }

  public static RecordSerde serde() {
    return RecordSerde.on(registry());
  }

  public static AgentSettings settings(Topics.Agent agent) {
    return AgentSettings.defaults(agent).on(kafka(), registry());
  }

  static List<TopicSpec> topics() {
    return Topics.all().stream()
        .map(topic -> new TopicSpec(topic.name(), topic.partitions(), topic.configuration()))
        .toList();
  }

  private static LocalPlatform start() {
    try {
      return LocalPlatform.start(
          PlatformSettings.in(Files.createTempDirectory("sensei-agents")).withTopics(topics()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
