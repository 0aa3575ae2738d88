package dev.sensei.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The published description of the topics says what travels on them, and how they are kept. */
class AsyncApiTest {
  private static final Path PAGE = Path.of("..", "docs", "asyncapi.yaml");
  private static final String AGENT = "{agent}";

  /** Settings of a topic that other programs have to know. */
  private static final List<String> TOLD = List.of("retention.ms", "cleanup.policy");

  @Test
  void everyRecordThatTravelsIsListedAndNothingElse() throws IOException {
    List<String> listed =
        under(page(), "components", "messages").values().stream()
            .flatMap(message -> list(mapping(message).getOrDefault("x-record-types", List.of())))
            .toList();
    List<String> kept =
        Stream.of(
                dev.sensei.schemas.state.MigrationState.getClassSchema(),
                dev.sensei.schemas.state.TableState.getClassSchema())
            .map(Schema::getFullName)
            .toList();
    assertThat(listed)
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(Contracts.messages().map(Schema::getFullName), kept.stream()).toList());
  }

  @Test
  void everyTopicIsListedWithItsPartitionsAndHowLongItIsKept() throws IOException {
    Map<String, Object> page = page();
    Map<String, String> listed = new TreeMap<>();
    for (Object each : under(page, "channels").values()) {
      Map<String, Object> channel = mapping(each);
      Map<String, Object> kafka = under(channel, "bindings", "kafka");
      String shape =
          at(kafka, "partitions")
              + " "
              + new TreeMap<>(
                  under(kafka, "topicConfiguration").entrySet().stream()
                      .collect(
                          Collectors.toMap(Map.Entry::getKey, entry -> text(entry.getValue()))));
      String address = text(at(channel, "address"));
      if (address.contains(AGENT)) {
        list(at(under(channel, "parameters", "agent"), "enum"))
            .forEach(agent -> listed.put(address.replace(AGENT, agent), shape));
      } else {
        listed.put(address, shape);
      }
    }
    Map<String, String> made = new TreeMap<>();
    for (Topics.Definition topic : Topics.all()) {
      Map<String, String> told = new TreeMap<>(topic.configuration());
      told.keySet().retainAll(new TreeSet<>(TOLD));
      made.put(topic.name(), topic.partitions() + " " + told);
    }
    assertThat(listed).isEqualTo(made);
  }

  private static Map<String, Object> page() throws IOException {
    try (Reader page = Files.newBufferedReader(PAGE)) {
      return mapping(new Yaml(new SafeConstructor(new LoaderOptions())).load(page));
    }
  }

  private static Map<String, Object> under(Map<String, Object> mapping, String... keys) {
    Map<String, Object> found = mapping;
    for (String key : keys) {
      found = mapping(at(found, key));
    }
    return found;
  }

  private static Object at(Map<String, Object> mapping, String key) {
    return Objects.requireNonNull(mapping.get(key), key);
  }

  private static Map<String, Object> mapping(Object value) {
    assertThat(value).isInstanceOf(Map.class);
    return ((Map<?, ?>) value)
        .entrySet().stream()
            .collect(
                Collectors.toMap(entry -> String.valueOf(entry.getKey()), Map.Entry::getValue));
  }

  private static Stream<String> list(Object value) {
    return ((List<?>) value).stream().map(String::valueOf);
  }

  /** A setting as Kafka takes it: a list is its words with commas between them. */
  private static String text(Object value) {
    return value instanceof List<?> words
        ? words.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }
}
