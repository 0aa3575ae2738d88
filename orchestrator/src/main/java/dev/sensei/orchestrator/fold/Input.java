package dev.sensei.orchestrator.fold;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalInt;

/** What a step is given: something that came in, when, and under which id. */
public sealed interface Input {

  /** The migration it is for. */
  MigrationId migrationId();

  /** When it came in, to the millisecond; the only time that the fold knows. */
  Instant now();

  /** What identifies the input, such as the record's {@code ce_id}. */
  String id();

  /** The one table that the step has to be given, or empty where it needs none. */
  OptionalInt table();

  /** A person asks. */
  record CommandReceived(Command command, Instant now, String id) implements Input {
    public CommandReceived {
      now = now.truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public MigrationId migrationId() {
      return command.migrationId();
    }

    @Override
    public OptionalInt table() {
      return OptionalInt.empty();
    }
  }

  /** An agent reports. */
  record ReportReceived(Report report, Instant now, String id) implements Input {
    public ReportReceived {
      now = now.truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public MigrationId migrationId() {
      return report.migrationId();
    }

    @Override
    public OptionalInt table() {
      if (report instanceof Report.TablePlanned planned) {
        return OptionalInt.of(planned.tableIndex());
      }
      OptionalInt byTask = tableOf(report.migrationId(), report.taskId());
      if (byTask.isPresent()) {
        return byTask;
      }
      return Groups.memberOf(report)
          .map(member -> OptionalInt.of(member.tableIndex()))
          .orElseGet(OptionalInt::empty);
    }
  }

  /**
   * A task's timer fires.
   *
   * @param due when it was to fire
   * @param silence what it was set with
   */
  record TimerFired(
      MigrationId migrationId,
      TaskId taskId,
      int attempt,
      Instant due,
      Silence silence,
      Instant now,
      String id)
      implements Input {

    public TimerFired {
      due = due.truncatedTo(ChronoUnit.MILLIS);
      now = now.truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public OptionalInt table() {
      return tableOf(migrationId, taskId);
    }
  }

  /** Work over all tables goes on; fed back in the transaction of the step that asked for it. */
  record Continuation(MigrationId migrationId, Cursor cursor, Instant now, String id)
      implements Input {
    public Continuation {
      now = now.truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public OptionalInt table() {
      return OptionalInt.of(cursor.table());
    }
  }

  private static OptionalInt tableOf(MigrationId migration, TaskId task) {
    return TaskKey.parse(migration, task)
        .filter(key -> key.tableIndex() >= 0)
        .map(key -> OptionalInt.of(key.tableIndex()))
        .orElse(OptionalInt.empty());
  }
}
