package dev.sensei.agents;

import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * One attempt at one task.
 *
 * @param migrationId the migration
 * @param taskId the task, the same for every attempt
 * @param attempt which attempt, from 1
 */
public record TaskIdentity(String migrationId, String taskId, int attempt) {

  /** The identity a task carries; empty where the record is no task. */
  public static Optional<TaskIdentity> of(SpecificRecord task) {
    Schema schema = task.getSchema();
    Schema.Field migration = schema.getField("migrationId");
    Schema.Field id = schema.getField("taskId");
    Schema.Field attempt = schema.getField("attempt");
    if (migration == null || id == null || attempt == null) {
      return Optional.empty();
    }
    if (task.get(migration.pos()) instanceof CharSequence migrationId
        && task.get(id.pos()) instanceof CharSequence taskId
        && task.get(attempt.pos()) instanceof Integer number) {
      return Optional.of(new TaskIdentity(migrationId.toString(), taskId.toString(), number));
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return "task " + taskId + " of migration " + migrationId + ", attempt " + attempt;
  }
}
