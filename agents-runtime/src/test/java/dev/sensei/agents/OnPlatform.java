package dev.sensei.agents;

import dev.sensei.platform.LocalPlatform;
import dev.sensei.platform.PlatformSettings;
import dev.sensei.platform.TopicSpec;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

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
      Path directory = Files.createTempDirectory("sensei-agents");
      LocalPlatform platform =
          LocalPlatform.start(PlatformSettings.in(directory).withTopics(topics()).closedByCaller());
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(platform, directory)));
      return platform;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static void end(LocalPlatform platform, Path directory) {
    platform.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
