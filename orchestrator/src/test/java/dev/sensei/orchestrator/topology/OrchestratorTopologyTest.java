package dev.sensei.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.orchestrator.fold.Cursor;
import dev.sensei.orchestrator.fold.Fold;
import dev.sensei.orchestrator.fold.GroupMember;
import dev.sensei.orchestrator.fold.Settings;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrchestratorTopologyTest {
  /** Nothing in these tests gets as far as asking it. */
  private static final String NO_REGISTRY = "http://127.0.0.1:9";

  @TempDir private Path directory;

  private static Topology topology(OutcomeCounters counters) {
    return OrchestratorTopology.build(
        new Fold(Settings.ofInstallation("test")),
        RecordSerde.on(NO_REGISTRY),
        TopologySettings.defaults(),
        counters);
  }

  @Test
  void itsShapeIsTheOneOnRecord() throws IOException {
    try (InputStream golden = OrchestratorTopologyTest.class.getResourceAsStream("/topology.txt")) {
      assertThat(golden).isNotNull();
      assertThat(topology(new OutcomeCounters()).describe().toString().strip())
          .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8).strip());
    }
  }

  @Test
  void whatCannotBeReadGoesToTheDeadLettersOneByOneAndTheNextIsRead() {
    OutcomeCounters counters = new OutcomeCounters();
    Properties properties = new Properties();
    properties.put("application.id", "test");
    properties.put("bootstrap.servers", "nowhere:1");
    properties.put("state.dir", directory.toString());
    try (TopologyTestDriver driver = new TopologyTestDriver(topology(counters), properties)) {
      TestInputTopic<byte[], byte[]> reports =
          driver.createInputTopic(
              Topics.REPORTS, new ByteArraySerializer(), new ByteArraySerializer());
      TestOutputTopic<byte[], byte[]> letters =
          driver.createOutputTopic(
              Topics.DEAD_LETTERS, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      byte[] key = "shop-1".getBytes(StandardCharsets.UTF_8);
      reports.pipeInput(key, new byte[] {7});
      reports.pipeInput(new TestRecord<>(key, null));
      List<String> reasons =
          letters.readRecordsToList().stream()
              .map(letter -> RecordHeaders.deathReason(letter.headers()).orElseThrow())
              .toList();
      assertThat(reasons)
          .containsExactly("the record has no header ce_id", "the record has no value");
      assertThat(counters.of("dead_letters")).isEqualTo(2);
    }
  }

  @Test
  void cursorsAreReadAsTheyWereWritten() {
    for (Cursor cursor :
        List.of(
            new Cursor.Start(3, List.of()),
            new Cursor.Start(3, List.of(new GroupMember(1, 2), new GroupMember(2, 2))),
            new Cursor.Alone(3, List.of(4, 5)),
            new Cursor.Alone(3, List.of()),
            new Cursor.AskDependency(4, 2, List.of(1, 0)),
            new Cursor.AskDependency(4, 2, List.of()),
            new Cursor.Resolve(4, Cursor.Readiness.WAITING),
            new Cursor.Wake(5),
            new Cursor.Sweep(6, true),
            new Cursor.AddForeignKeys(7, List.of(new GroupMember(0, 1))),
            new Cursor.Validate(8, List.of()),
            new Cursor.Drain(9))) {
      assertThat(CursorText.read(CursorText.write(cursor))).isEqualTo(cursor);
    }
  }

  @Test
  void aTablesKeyNamesItsMigration() {
    assertThat(StateKey.migrationOf("shop-1/12")).isEqualTo("shop-1");
    assertThat(StateKey.migrationOf("shop-1")).isEqualTo("shop-1");
    assertThat(StateKey.isMigrationId("a/b")).isFalse();
  }
}
