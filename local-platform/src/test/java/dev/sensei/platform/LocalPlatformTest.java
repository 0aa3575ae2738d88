package dev.sensei.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPlatformTest {
  private static final TopicSpec TOPIC =
      new TopicSpec("things", 2, Map.of("retention.ms", "3600000"));

  @TempDir Path temporary;

  @Test
  void whatKafkaTheRegistryAndTheDatabaseTookIsThereAfterARestart() throws Exception {
    Path data = temporary.resolve("data");
    String bootstrapServers;
    try (LocalPlatform platform =
        LocalPlatform.start(PlatformSettings.in(data).withTopics(List.of(TOPIC)))) {
      bootstrapServers = platform.bootstrapServers();
      send(platform, "first");
      assertThat(read(platform)).containsExactly("first");
      assertThat(register(platform)).contains("\"id\":1");
      execute(platform, "CREATE TABLE kept (n int)");

      assertThat(RunningPlatform.find(data))
          .hasValue(
              new RunningPlatform(
                  platform.bootstrapServers(),
                  platform.registryUrl(),
                  platform.controlDatabase(),
                  ProcessHandle.current().pid()));
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(data.resolve("platform.properties"))))
          .isEqualTo("rw-------");
      assertThat(data.resolve("platform.properties"))
          .content()
          .doesNotContain(platform.controlDatabase().password());
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(data.resolve("control/password"))))
          .isEqualTo("rw-------");
      assertThatThrownBy(() -> LocalPlatform.start(PlatformSettings.in(data)))
          .isInstanceOf(PlatformException.DirectoryInUse.class)
          .hasMessageContaining(data.toString())
          .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
    }
    assertThat(LauncherProcess.processesIn(data)).isEmpty();
    assertThat(RunningPlatform.find(data)).isEmpty();

    try (LocalPlatform platform =
        LocalPlatform.start(PlatformSettings.in(data).withTopics(List.of(TOPIC)))) {
      assertThat(platform.bootstrapServers()).isEqualTo(bootstrapServers);
      assertThat(read(platform)).containsExactly("first");
      assertThat(get(platform, "/subjects")).isEqualTo("[\"things-value\"]");
      execute(platform, "INSERT INTO kept VALUES (1)");

      List<PlatformFailure> failures = new CopyOnWriteArrayList<>();
      platform.onFailure(failures::add);
      endRegistryOf(data);
      await().atMost(Duration.ofSeconds(5)).until(() -> !failures.isEmpty());
      assertThat(failures.getFirst().part()).isEqualTo("schema registry");
    }
  }

  @Test
  void aPortThatWasAskedForAndIsTakenIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
      PlatformSettings settings =
          PlatformSettings.in(temporary.resolve("data"))
              .withPorts(
                  OptionalInt.empty(), OptionalInt.empty(), OptionalInt.of(taken.getLocalPort()));
      assertThatThrownBy(() -> LocalPlatform.start(settings))
          .isInstanceOf(PlatformException.PortTaken.class)
          .hasMessageContaining(Integer.toString(taken.getLocalPort()));
      assertThat(LauncherProcess.processesIn(temporary.resolve("data"))).isEmpty();
    }
  }

  @Test
  void aDataDirectoryThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));
    assertThatThrownBy(() -> LocalPlatform.start(PlatformSettings.in(file.resolve("data"))))
        .isInstanceOf(PlatformException.DirectoryNotUsable.class)
        .hasMessageContaining(file.resolve("data").toString());
  }

  private static void endRegistryOf(Path data) throws IOException {
    Path work = data.resolve("registry/work").toRealPath();
    LeftoverProcesses.end(work, "java", Duration.ofSeconds(5));
  }

  private static void send(LocalPlatform platform, String value) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", platform.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>(TOPIC.name(), "key", value)).get();
    }
  }

  private static List<String> read(LocalPlatform platform) {
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", platform.bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      Set<TopicPartition> partitions =
          Set.of(new TopicPartition(TOPIC.name(), 0), new TopicPartition(TOPIC.name(), 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      List<String> values = new ArrayList<>();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(found -> values.add(found.value()));
                return !values.isEmpty();
              });
      return values;
    }
  }

  private static void execute(LocalPlatform platform, String sql) throws Exception {
    try (Connection connection = platform.controlDatabase().connect()) {
      connection.createStatement().execute(sql);
    }
  }

  private static String register(LocalPlatform platform) throws Exception {
    return send(
        HttpRequest.newBuilder(
                URI.create(platform.registryUrl() + "/subjects/things-value/versions"))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"schema\":\"\\\"string\\\"\"}"))
            .build());
  }

  private static String get(LocalPlatform platform, String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(platform.registryUrl() + path)).build());
  }

  private static String send(HttpRequest request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      return response.body();
    }
  }
}
