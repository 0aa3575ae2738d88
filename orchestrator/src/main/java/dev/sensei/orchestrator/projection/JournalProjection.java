package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.MigrationId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * Turns records of the journal into rows, inside the caller's transaction. A record that was
 * applied before changes nothing.
 */
final class JournalProjection {
  private final Rows rows;
  private final MigrationRows migrations;
  private final MigrationEvents ofMigrations;
  private final TableEvents ofTables;
  private final TaskEvents ofTasks;

  /** Writes through a connection whose transactions the caller begins and ends. */
  JournalProjection(Connection connection) {
    rows = new Rows(connection);
    migrations = new MigrationRows(rows);
    TableRunRows tables = new TableRunRows(rows);
    OperationRows operations = new OperationRows(rows);
    TaskRows tasks = new TaskRows(rows);
    WaitRows waits = new WaitRows(rows);
    ErrorRows errors = new ErrorRows(rows);
    ofMigrations = new MigrationEvents(migrations, tables, operations, tasks, waits, errors);
    ofTables = new TableEvents(rows, tables, operations, new ChunkRows(rows, tasks), waits, errors);
    ofTasks = new TaskEvents(tasks);
  }

  /**
   * Applies a record and moves the partition's offset behind it.
   *
   * @return whether it changed anything; false for a record that was applied before
   */
  boolean apply(JournalEntry entry) throws SQLException {
    if (!advance(entry.topic(), entry.partition(), entry.offset())) {
      return false;
    }
    MigrationId migration = entry.event().migrationId();
    OptionalLong applied =
        rows.number("SELECT sequence FROM migration WHERE id = ? FOR UPDATE", migration);
    if (applied.isPresent() && entry.sequence() <= applied.getAsLong()) {
      return false;
    }
    apply(entry.event(), entry.sequence(), entry.time());
    migrations.projected(migration, entry.sequence(), entry.hash(), entry.time());
    return true;
  }

  /** Leaves a record out that cannot be projected, and says why. */
  void skip(String topic, int partition, long offset, String reason) throws SQLException {
    if (advance(topic, partition, offset)) {
      rows.change(
          "INSERT INTO projection_error VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
          topic,
          partition,
          offset,
          reason);
    }
  }

  private boolean advance(String topic, int partition, long offset) throws SQLException {
    return rows.change(
            """
            INSERT INTO projection_offset AS p (topic, partition, next_offset) VALUES (?, ?, ?)
            ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset
            WHERE p.next_offset < excluded.next_offset
            """,
            topic,
            partition,
            offset + 1)
        > 0;
  }

  private void apply(Event event, long sequence, Instant time) throws SQLException {
    switch (event) {
      case Event.OfMigration of -> ofMigrations.apply(of, sequence, time);
      case Event.OfTable of -> ofTables.apply(of, sequence, time);
      case Event.OfTask of -> ofTasks.apply(of, sequence, time);
    }
  }
}
