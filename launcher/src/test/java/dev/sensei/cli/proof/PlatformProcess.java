package dev.sensei.cli.proof;

import dev.sensei.platform.LocalPlatform;
import dev.sensei.platform.PlatformSettings;
import dev.sensei.platform.TopicSpec;
import dev.sensei.schemas.Topics;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/**
 * Kafka, the registry and the control database in a process of their own, with nothing else in it,
 * until it is ended. SIGTERM stops them in order.
 */
final class PlatformProcess {
  private PlatformProcess() {}

  /** The one argument is the directory. */
  public static void main(String[] arguments) throws InterruptedException {
    Instant begun = Instant.now();
    LocalPlatform platform =
        LocalPlatform.start(
            PlatformSettings.in(Path.of(arguments[0]))
                .withTopics(
                    Topics.all().stream()
                        .map(
                            topic ->
                                new TopicSpec(
                                    topic.name(), topic.partitions(), topic.configuration()))
                        .toList()));
    System.out.printf(
        "Begun %s, up %s, Kafka at %s%n", begun, Instant.now(), platform.bootstrapServers());
    new CountDownLatch(1).await();
  }
}
