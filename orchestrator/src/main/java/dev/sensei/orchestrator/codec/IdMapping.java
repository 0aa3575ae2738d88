package dev.sensei.orchestrator.codec;

import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.TaskId;

/** The fold's ids, which Avro has as strings. */
final class IdMapping {
  private IdMapping() {}

  static Conversion of(Class<?> id) {
    if (id == MigrationId.class) {
      return new Conversion.ByFunctions(
          value -> ((MigrationId) value).value(), avro -> new MigrationId((String) avro));
    }
    if (id == TaskId.class) {
      return new Conversion.ByFunctions(
          value -> ((TaskId) value).value(), avro -> new TaskId((String) avro));
    }
    throw new IllegalStateException("no id: " + id);
  }
}
