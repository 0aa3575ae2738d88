package dev.sensei.agents.validator;

import static dev.sensei.agents.testing.Migration.reference;
import static dev.sensei.agents.testing.Migration.run;

import dev.sensei.agents.testing.Migration;
import dev.sensei.agents.testing.OnPostgres;
import dev.sensei.certificate.SigningKey;
import dev.sensei.databases.snapshot.SnapshotKeeper;
import dev.sensei.databases.snapshot.SnapshotSettings;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.JournalHash;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.common.TaskKind;
import dev.sensei.schemas.event.TablePrepared;
import dev.sensei.schemas.event.TaskIssued;
import dev.sensei.schemas.report.LedgerReconciled;
import dev.sensei.schemas.report.ReferencesValidated;
import dev.sensei.schemas.report.StructureValidated;
import dev.sensei.schemas.report.TableValidated;
import dev.sensei.schemas.task.ReconcileLedger;
import dev.sensei.schemas.task.ValidateReferences;
import dev.sensei.schemas.task.ValidateStructure;
import dev.sensei.schemas.task.ValidateTable;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** A shop that was moved, both sides equal, and a Validator that is asked about it. */
final class MovedShop implements AutoCloseable {
  private static final String SHOP =
      """
      CREATE TABLE team (id int PRIMARY KEY, name varchar(20));
      CREATE TABLE player (id serial PRIMARY KEY, team int REFERENCES team, score float8, at timestamptz);
      CREATE INDEX player_by_team ON player (team);
      CREATE TABLE bare ();
      """;
  private static final String ROWS =
      """
      INSERT INTO team SELECT n, 'canary' || n FROM generate_series(1, 10) n;
      INSERT INTO player (team, score, at) SELECT 1 + n % 10, n / 3.0, '2024-01-01'::timestamptz + n * interval '1 s'
        FROM generate_series(1, 3000) n;
      INSERT INTO bare SELECT FROM generate_series(1, 3);
      """;

  final Migration migration;
  final ValidatorHandler validator;
  private SnapshotKeeper keeper;

  /** Two new databases on the server that all tests share. */
  MovedShop(SigningKey key) throws Exception {
    this(key, Map.of());
  }

  /** The same with options. */
  MovedShop(SigningKey key, Map<String, String> options) throws Exception {
    // It is what lets Avro see the records, from its first use on.
    Class.forName(RecordSerde.class.getName());
    PostgresServer.Endpoint source = OnPostgres.newDatabase("source");
    PostgresServer.Endpoint target = OnPostgres.newDatabase("target");
    run(source, SHOP + ROWS);
    boolean there = options.containsKey("existingRows");
    if (there) {
      run(target, SHOP);
    }
    migration = new Migration(source, target, options);
    run(target, there ? "" : SHOP + ROWS);
    keeper = keep();
    validator = new ValidatorHandler(migration.access(), migration, key);
  }

  private SnapshotKeeper keep() throws SQLException {
    return SnapshotKeeper.open(
        migration.source.connect(),
        migration.tables.stream().map(table -> table.source()).toList(),
        SnapshotSettings.DEFAULT);
  }

  /** The snapshot is lost. */
  void releaseSnapshot() {
    keeper.close();
  }

  /** A later one takes its place. */
  void exportSnapshot() throws SQLException {
    keeper = keep();
  }

  @Override
  public void close() {
    keeper.close();
    validator.close();
  }

  /** Writes an event behind the journal's last. */
  void journal(SpecificRecord event) {
    long sequence = migration.records.size() + 1L;
    Instant time = Instant.ofEpochMilli(1_000 * sequence);
    String previous =
        migration.records.isEmpty() ? JournalHash.GENESIS : migration.records.getLast().hash();
    String hash = JournalHash.of(sequence, time, previous, event);
    migration.records.add(
        new JournalRecord(
            "m",
            sequence,
            time,
            "r" + sequence,
            Optional.empty(),
            previous,
            hash,
            hash,
            event,
            0,
            sequence - 1));
  }

  TableValidated validate(String table) throws Exception {
    ValidateTable task = filled(new ValidateTable());
    put(task, "table", migration.table(table).source().toString());
    put(task, "tableIndex", migration.table(table).index());
    put(task, "epoch", 1);
    validator.handle(task, migration);
    return migration.last(TableValidated.class);
  }

  ReferencesValidated references() throws Exception {
    validator.handle(filled(new ValidateReferences()), migration);
    return migration.last(ReferencesValidated.class);
  }

  StructureValidated structure() throws Exception {
    validator.handle(filled(new ValidateStructure()), migration);
    return migration.last(StructureValidated.class);
  }

  /** A table was divided. */
  TablePrepared prepared(String table, int chunks) {
    return TablePrepared.newBuilder()
        .setMigrationId("m")
        .setTable("public." + table)
        .setTableIndex(migration.table(table).index())
        .setEpoch(1)
        .setChunks(chunks)
        .setRowEstimate(0)
        .setRowsBefore(0)
        .setCreated(true)
        .build();
  }

  /** What ledger and journal do not agree on. */
  List<String> reconcile() throws Exception {
    journal(
        TaskIssued.newBuilder()
            .setMigrationId("m")
            .setTaskId("t")
            .setAttempt(1)
            .setKind(TaskKind.RECONCILE_LEDGER)
            .setTableIndex(-1)
            .setChunk(-1)
            .setEpoch(0)
            .build());
    validator.handle(filled(new ReconcileLedger()), migration);
    migration.records.removeLast();
    return migration.last(LedgerReconciled.class).getDiscrepancies();
  }

  /** The task with what every task has. */
  <T extends SpecificRecord> T filled(T task) {
    put(task, "migrationId", "m");
    put(task, "taskId", "t");
    put(task, "attempt", 1);
    put(task, "source", reference(migration.source));
    put(task, "target", reference(migration.target));
    put(task, "planDigest", migration.digest);
    put(task, "snapshot", 1);
    put(task, "snapshotId", keeper.snapshot().id());
    return task;
  }

  static void put(SpecificRecord task, String field, Object value) {
    var found = task.getSchema().getField(field);
    if (found != null) {
      task.put(found.pos(), value);
    }
  }
}
