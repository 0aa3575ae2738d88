package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a task id is made of, so that a report names its table without a lookup: {@code
 * migration/kind/round[/group | /table/epoch[/chunk]]}.
 *
 * @param kind what is asked
 * @param round tells tasks apart that are asked for again on purpose, such as a second analysis
 * @param group the number of the group's first table, or -1
 * @param tableIndex the table's number in the plan, or -1
 * @param epoch the epoch of the table's run, or 0
 * @param chunk the chunk's number, or -1
 */
public record TaskKey(TaskKind kind, int round, int group, int tableIndex, int epoch, int chunk) {

  /** The key of a task that belongs to no table. */
  static TaskKey of(TaskKind kind, int round) {
    return new TaskKey(kind, round, -1, -1, 0, -1);
  }

  /** The key of a task that has to do with several tables. */
  static TaskKey ofGroup(TaskKind kind, int round, int firstTable) {
    return new TaskKey(kind, round, firstTable, -1, 0, -1);
  }

  /** The key of a task of one table. */
  static TaskKey ofTable(TaskKind kind, int round, int tableIndex, int epoch) {
    return new TaskKey(kind, round, -1, tableIndex, epoch, -1);
  }

  /** The id of this task in a migration. */
  public TaskId id(MigrationId migration) {
    var text = new StringBuilder(migration.value());
    text.append('/').append(kind.name().toLowerCase(Locale.ROOT)).append('/').append(round);
    if (group >= 0) {
      text.append('/').append(group);
    }
    if (tableIndex >= 0) {
      text.append('/').append(tableIndex).append('/').append(epoch);
      if (chunk >= 0) {
        text.append('/').append(chunk);
      }
    }
    return new TaskId(text.toString());
  }

  /** Reads an id of the migration back; empty where it is none that {@link #id} makes. */
  public static Optional<TaskKey> parse(MigrationId migration, TaskId id) {
    String prefix = migration.value() + "/";
    if (!id.value().startsWith(prefix)) {
      return Optional.empty();
    }
    List<String> parts = List.of(id.value().substring(prefix.length()).split("/", -1));
    if (parts.size() < 2 || parts.size() > 5) {
      return Optional.empty();
    }
    try {
      var key =
          new TaskKey(
              TaskKind.valueOf(parts.getFirst().toUpperCase(Locale.ROOT)),
              Integer.parseInt(parts.get(1)),
              parts.size() == 3 ? Integer.parseInt(parts.get(2)) : -1,
              parts.size() > 3 ? Integer.parseInt(parts.get(2)) : -1,
              parts.size() > 3 ? Integer.parseInt(parts.get(3)) : 0,
              parts.size() > 4 ? Integer.parseInt(parts.get(4)) : -1);
      return key.id(migration).equals(id) ? Optional.of(key) : Optional.empty();
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }
}
