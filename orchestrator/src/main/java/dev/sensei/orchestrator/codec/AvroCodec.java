package dev.sensei.orchestrator.codec;

import dev.sensei.orchestrator.fold.Command;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.MigrationState;
import dev.sensei.orchestrator.fold.Report;
import dev.sensei.orchestrator.fold.TableState;
import dev.sensei.orchestrator.fold.Task;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Turns the fold's records into their Avro counterparts and back. A record {@code Event.X} has its
 * counterpart in {@code dev.sensei.schemas.event.X}, and so on for commands, reports, tasks and
 * states. All mappings are computed once, when the class is loaded, and fail there where the two
 * sides differ. Safe for use by many threads.
 */
public final class AvroCodec {
  private static final String SCHEMAS = "dev.sensei.schemas.";

  /** The sealed families, each with the namespace of its counterparts. */
  static final Map<Class<?>, String> FAMILIES =
      Map.of(
          Command.class,
          "command",
          Report.class,
          "report",
          Task.class,
          "task",
          Event.class,
          "event");

  private static final Map<Class<?>, RecordMapping> BY_RECORD = new HashMap<>();
  private static final Map<String, RecordMapping> BY_SCHEMA = new HashMap<>();

  static {
    FAMILIES.forEach((family, namespace) -> leaves(family).forEach(leaf -> add(leaf, namespace)));
    add(MigrationState.class, "state");
    add(TableState.class, "state");
  }

  private AvroCodec() {}

  /**
   * The Avro counterpart of a command, report, task, event or state.
   *
   * @throws IllegalArgumentException where the record is none of these
   */
  public static SpecificRecord toAvro(Record value) {
    RecordMapping mapping = BY_RECORD.get(value.getClass());
    if (mapping == null) {
      throw new IllegalArgumentException("no counterpart in Avro: " + value.getClass());
    }
    return mapping.toAvro(value);
  }

  /**
   * The fold's counterpart of an Avro record; empty where the family has none, as for a type that a
   * newer version writes.
   *
   * @param family {@link Command}, {@link Report}, {@link Task}, {@link Event}, {@link
   *     MigrationState} or {@link TableState}
   */
  public static <T> Optional<T> fromAvro(Class<T> family, SpecificRecord avro) {
    return Optional.ofNullable(BY_SCHEMA.get(avro.getSchema().getFullName()))
        .map(mapping -> mapping.fromAvro(avro))
        .filter(family::isInstance)
        .map(family::cast);
  }

  /** The schema of the counterpart of one of the fold's record types. */
  public static Schema schema(Class<? extends Record> type) {
    String namespace =
        FAMILIES.entrySet().stream()
            .filter(family -> family.getKey().isAssignableFrom(type))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse("state");
    return counterpart(type, namespace);
  }

  /** The record types below a sealed interface. */
  static List<Class<?>> leaves(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(sub -> leaves(sub).stream()).toList()
        : Stream.<Class<?>>of(type).toList();
  }

  private static void add(Class<?> type, String namespace) {
    Schema schema = counterpart(type, namespace);
    var mapping = new RecordMapping(type, schema);
    BY_RECORD.put(type, mapping);
    BY_SCHEMA.put(schema.getFullName(), mapping);
  }

  private static Schema counterpart(Class<?> type, String namespace) {
    String name = SCHEMAS + namespace + "." + type.getSimpleName();
    try {
      var empty = (SpecificRecord) RecordMapping.generated(name).getConstructor().newInstance();
      return empty.getSchema();
    } catch (ReflectiveOperationException inaccessible) {
      throw new IllegalStateException("expected a generated record: " + name, inaccessible);
    }
  }
}
