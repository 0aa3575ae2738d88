package dev.sensei.agents;

import dev.sensei.agents.state.MigrationStates;
import dev.sensei.agents.state.MigrationStatus;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Whether a task is still wanted, by the state of its migration and of its table.
 *
 * <p>States and tasks arrive on different topics. A state that was written before the task was
 * handed out says nothing of it: otherwise the first task after a pause would be given back because
 * the pause's end has not been read yet.
 */
final class Wanted {
  /** What stops a task before its end. */
  enum Patience {
    /** Pause, failure, cancellation, the migration's end, and a newer epoch of its table. */
    ORDINARY,
    /** The migration's end, and that everything is rolled back. */
    LONG_LIVED,
    /** The migration's end, and a newer epoch of its table. */
    CLEANING
  }

  private final MigrationStates migrations;
  private final TaskIdentity task;
  private final Patience patience;
  private final Instant handedOut;
  private final int tableIndex;
  private final int epoch;

  Wanted(
      MigrationStates migrations,
      TaskIdentity task,
      SpecificRecord asked,
      Patience patience,
      Instant handedOut) {
    this.migrations = migrations;
    this.task = task;
    this.patience = patience;
    this.handedOut = handedOut;
    tableIndex = number(asked, "tableIndex");
    epoch = number(asked, "epoch");
  }

  boolean isOver() {
    Optional<MigrationStatus> status =
        migrations.of(task.migrationId()).filter(known -> !known.since().isBefore(handedOut));
    return switch (patience) {
      case ORDINARY -> status.filter(MigrationStatus::stopsWork).isPresent() || isSuperseded();
      case LONG_LIVED -> status.filter(known -> known.isOver() || known.draining()).isPresent();
      case CLEANING -> status.filter(MigrationStatus::isOver).isPresent() || isSuperseded();
    };
  }

  /** Epochs only grow, so a table's state needs no time. */
  private boolean isSuperseded() {
    return tableIndex >= 0
        && epoch > 0
        && migrations.epochOf(task.migrationId(), tableIndex).orElse(0) > epoch;
  }

  private static int number(SpecificRecord asked, String name) {
    Schema.Field field = asked.getSchema().getField(name);
    return field != null && asked.get(field.pos()) instanceof Integer number ? number : -1;
  }
}
