package dev.sensei.orchestrator.audit;

import dev.sensei.orchestrator.codec.AvroCodec;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.Evolve;
import dev.sensei.orchestrator.fold.MigrationState;
import dev.sensei.orchestrator.fold.Slice;
import dev.sensei.orchestrator.fold.TableState;
import dev.sensei.orchestrator.topology.StateKey;
import dev.sensei.schemas.JournalHash;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** The state that a journal amounts to, folded from its first record; nothing is emitted. */
public final class Replay {
  private Optional<MigrationState> migration = Optional.empty();
  private final SortedMap<Integer, TableState> tables = new TreeMap<>();

  Replay() {}

  void follow(Event event) {
    OptionalInt index = Evolve.tableOf(event);
    Optional<TableState> before =
        index.isPresent() ? Optional.ofNullable(tables.get(index.getAsInt())) : Optional.empty();
    Slice after = Evolve.evolve(new Slice(migration, before), event);
    migration = after.migration();
    after.table().ifPresent(table -> tables.put(table.tableIndex(), table));
  }

  /** The header; empty before the first record. */
  public Optional<MigrationState> migration() {
    return migration;
  }

  /** The tables by number. */
  public SortedMap<Integer, TableState> tables() {
    return new TreeMap<>(tables);
  }

  /** How many records were folded. */
  public long sequence() {
    return migration.map(MigrationState::sequence).orElse(0L);
  }

  /** Every state as JSON, one a line: the migration's own, then the tables by number. */
  public String describe() {
    StringBuilder text = new StringBuilder();
    migration.ifPresent(header -> text.append(AvroCodec.toAvro(header)));
    tables.values().forEach(table -> text.append('\n').append(AvroCodec.toAvro(table)));
    return text.toString();
  }

  /** Every state in its canonical form, its Avro body, by the state topic's keys. */
  public SortedMap<String, byte[]> canonical() {
    SortedMap<String, byte[]> states = new TreeMap<>();
    migration.ifPresent(
        header -> {
          states.put(header.migrationId().value(), JournalHash.body(AvroCodec.toAvro(header)));
          tables.forEach(
              (index, table) ->
                  states.put(
                      StateKey.of(header.migrationId(), index),
                      JournalHash.body(AvroCodec.toAvro(table))));
        });
    return states;
  }
}
