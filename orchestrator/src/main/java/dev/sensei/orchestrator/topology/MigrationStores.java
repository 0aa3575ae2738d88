package dev.sensei.orchestrator.topology;

import dev.sensei.orchestrator.fold.Cursor;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.MigrationState;
import dev.sensei.orchestrator.fold.TableState;
import dev.sensei.schemas.JournalHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** The migrations of one partition, as the stores have them. */
final class MigrationStores {
  private static final int HASH_LENGTH = JournalHash.GENESIS.length();

  private final KeyValueStore<String, byte[]> migrations;
  private final KeyValueStore<String, byte[]> tables;
  private final KeyValueStore<String, byte[]> continuations;
  private final Wire wire;

  MigrationStores(ProcessorContext<?, ?> context, Wire wire) {
    migrations = context.getStateStore(Names.MIGRATIONS);
    tables = context.getStateStore(Names.TABLES);
    continuations = context.getStateStore(Names.CONTINUATIONS);
    this.wire = wire;
  }

  /**
   * A migration's header and the end of its chain.
   *
   * @param state the header
   * @param head the hash of its last journal record
   */
  record Header(MigrationState state, String head) {}

  /**
   * Work over tables that waits for its next go.
   *
   * @param inputId the input that caused it
   * @param steps how many steps that input has caused so far
   * @param cursors what waits, in order
   */
  record Waiting(String inputId, int steps, List<Cursor> cursors) {
    static final Waiting NOTHING = new Waiting("", 0, List.of());

    Waiting {
      cursors = List.copyOf(cursors);
    }
  }

  Optional<Header> header(MigrationId migration) {
    return Optional.ofNullable(migrations.get(migration.value()))
        .map(
            bytes ->
                new Header(
                    wire.migrationState(Arrays.copyOfRange(bytes, HASH_LENGTH, bytes.length)),
                    new String(bytes, 0, HASH_LENGTH, StandardCharsets.US_ASCII)));
  }

  void putHeader(MigrationId migration, String head, byte[] state) {
    byte[] bytes = new byte[HASH_LENGTH + state.length];
    System.arraycopy(head.getBytes(StandardCharsets.US_ASCII), 0, bytes, 0, HASH_LENGTH);
    System.arraycopy(state, 0, bytes, HASH_LENGTH, state.length);
    migrations.put(migration.value(), bytes);
  }

  Optional<TableState> table(MigrationId migration, int index) {
    return index < 0
        ? Optional.empty()
        : Optional.ofNullable(tables.get(StateKey.of(migration, index))).map(wire::tableState);
  }

  void putTable(MigrationId migration, int index, byte[] state) {
    tables.put(StateKey.of(migration, index), state);
  }

  Waiting waiting(MigrationId migration) {
    byte[] bytes = continuations.get(migration.value());
    if (bytes == null) {
      return Waiting.NOTHING;
    }
    List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
    return new Waiting(
        lines.get(1),
        Integer.parseInt(lines.get(0)),
        lines.stream().skip(2).map(CursorText::read).toList());
  }

  void putWaiting(MigrationId migration, Waiting waiting) {
    if (waiting.cursors().isEmpty()) {
      continuations.delete(migration.value());
      return;
    }
    StringBuilder text = new StringBuilder();
    text.append(waiting.steps()).append('\n').append(waiting.inputId()).append('\n');
    waiting.cursors().forEach(cursor -> text.append(CursorText.write(cursor)).append('\n'));
    continuations.put(migration.value(), text.toString().getBytes(StandardCharsets.UTF_8));
  }

  List<MigrationId> withWaitingWork() {
    List<MigrationId> migrationIds = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> entries = continuations.all()) {
      while (entries.hasNext()) {
        KeyValue<String, byte[]> entry = entries.next();
        migrationIds.add(new MigrationId(entry.key));
      }
    }
    return migrationIds;
  }
}
