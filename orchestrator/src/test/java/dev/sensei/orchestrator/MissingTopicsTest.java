package dev.sensei.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.platform.LocalPlatform;
import dev.sensei.platform.PlatformSettings;
import dev.sensei.schemas.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MissingTopicsTest {
  @TempDir private Path directory;

  @Test
  void anEmptyKafkaGetsEveryTopicOnceWithItsPartitions() throws Exception {
    List<String> all = Topics.all().stream().map(Topics.Definition::name).toList();
    try (LocalPlatform platform = LocalPlatform.start(PlatformSettings.in(directory))) {
      assertThat(MissingTopics.create(platform.bootstrapServers())).isEqualTo(all);
      assertThat(MissingTopics.create(platform.bootstrapServers())).isEmpty();

      try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
        Map<String, TopicDescription> made = admin.describeTopics(all).allTopicNames().get();
        assertThat(Topics.all())
            .allSatisfy(
                topic ->
                    assertThat(made)
                        .hasEntrySatisfying(
                            topic.name(),
                            found -> assertThat(found.partitions()).hasSize(topic.partitions())));
      }
    }
  }
}
