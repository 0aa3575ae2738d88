package dev.sensei.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.orchestrator.fold.Cursor;
import dev.sensei.orchestrator.fold.Fold;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.Settings;
import dev.sensei.schemas.RecordSerde;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class MigrationProcessorTest {
  private static final TopologySettings SETTINGS = TopologySettings.defaults();

  /** Nothing here gets as far as asking it. */
  private final RecordSerde serde = RecordSerde.on("http://127.0.0.1:9");

  private final MockProcessorContext<byte[], byte[]> context = context();
  private final MigrationProcessor processor =
      new MigrationProcessor(
          new Fold(Settings.ofInstallation("test")),
          new Wire(serde),
          SETTINGS,
          new OutcomeCounters());

  @Test
  void whereNothingWaitsOnlyTimersAreLookedAt() {
    processor.init(context);
    assertThat(intervals()).containsExactly(SETTINGS.timerResolution());
  }

  /** As after a failure that Streams gets over by itself. */
  @Test
  void aProcessorThatIsTakenUpAgainGoesOnWithWhatWaits() {
    new MigrationStores(context, new Wire(serde))
        .putWaiting(
            new MigrationId("shop-1"),
            new MigrationStores.Waiting("input", 1, List.of(new Cursor.Wake(0))));
    for (int start = 0; start < 3; start++) {
      processor.init(context);
      assertThat(intervals())
          .containsExactlyInAnyOrder(SETTINGS.timerResolution(), SETTINGS.continuationDelay());
    }
  }

  private List<Duration> intervals() {
    return context.scheduledPunctuators().stream()
        .filter(scheduled -> !scheduled.cancelled())
        .map(CapturedPunctuator::getInterval)
        .toList();
  }

  private static MockProcessorContext<byte[], byte[]> context() {
    MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>(new Properties());
    for (String name : List.of(Names.MIGRATIONS, Names.TABLES, Names.TIMERS, Names.CONTINUATIONS)) {
      KeyValueStore<String, byte[]> store =
          Stores.keyValueStoreBuilder(
                  Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
              .withLoggingDisabled()
              .build();
      store.init(context.getStateStoreContext(), store);
      context.addStateStore(store);
    }
    return context;
  }
}
