package dev.sensei.orchestrator.topology;

import dev.sensei.orchestrator.fold.MigrationState;
import dev.sensei.orchestrator.fold.TableState;
import dev.sensei.orchestrator.fold.Task;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.common.TaskKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Record;

/**
 * What a unit of work amounts to, as bytes: everything that can go wrong has gone wrong before the
 * first of it is written.
 */
final class Outputs {
  private final Wire wire;
  private final TopologySettings settings;
  private final UnitOfWork unit;
  private final List<Output> records = new ArrayList<>();
  private final Map<Integer, byte[]> tables = new TreeMap<>();
  private Optional<byte[]> header = Optional.empty();

  /**
   * A record for a sink.
   *
   * @param sink the sink's name
   * @param record what to write
   */
  record Output(String sink, Record<byte[], byte[]> record) {}

  private Outputs(Wire wire, TopologySettings settings, UnitOfWork unit) {
    this.wire = wire;
    this.settings = settings;
    this.unit = unit;
  }

  /**
   * @throws IllegalStateException where a record is larger than topics take
   */
  static Outputs of(Wire wire, TopologySettings settings, UnitOfWork unit) {
    Outputs outputs = new Outputs(wire, settings, unit);
    unit.journal().forEach(outputs::journal);
    unit.changedHeader().ifPresent(outputs::state);
    unit.changedTables().forEach(outputs::state);
    unit.tasks().forEach(outputs::task);
    return outputs;
  }

  /** For the sinks, in order: what happened stands before what follows from it. */
  List<Output> records() {
    return records;
  }

  Optional<byte[]> header() {
    return header;
  }

  Map<Integer, byte[]> tables() {
    return tables;
  }

  private void journal(UnitOfWork.Journalled journalled) {
    String migration = unit.migration().value();
    Record<byte[], byte[]> record =
        record(
            migration,
            migration + ":" + journalled.sequence(),
            Topics.JOURNAL,
            journalled.record(),
            journalled.cause());
    RecordHeaders.chain(
        record.headers(), journalled.sequence(), journalled.previousHash(), journalled.hash());
    records.add(new Output(Names.JOURNAL_SINK, record));
  }

  private void state(MigrationState state) {
    header = Optional.of(state(unit.migration().value(), wire.avro(state)));
  }

  private void state(int index, TableState state) {
    tables.put(index, state(StateKey.of(unit.migration(), index), wire.avro(state)));
  }

  private byte[] state(String key, SpecificRecord state) {
    Record<byte[], byte[]> record =
        record(key, key + ":" + unit.lastSequence(), Topics.STATE, state, "");
    records.add(new Output(Names.STATE_SINK, record));
    return record.value();
  }

  private void task(UnitOfWork.IssuedTask issued) {
    Task task = issued.task();
    Topics.Agent agent = Topics.Agent.of(kindOf(task));
    String id = task.taskId().value();
    records.add(
        new Output(
            OrchestratorTopology.tasksSink(agent),
            record(
                id,
                id + ":" + task.attempt(),
                agent.taskTopic(),
                wire.avro(task),
                issued.cause())));
  }

  private static TaskKind kindOf(Task task) {
    return switch (task) {
      case Task.AnalyzeDatabases _ -> TaskKind.ANALYZE_DATABASES;
      case Task.KeepSnapshot _ -> TaskKind.KEEP_SNAPSHOT;
      case Task.PlanMigration _ -> TaskKind.PLAN_MIGRATION;
      case Task.PrepareTarget _ -> TaskKind.PREPARE_TARGET;
      case Task.PrepareTable _ -> TaskKind.PREPARE_TABLE;
      case Task.CopyChunk _ -> TaskKind.COPY_CHUNK;
      case Task.CheckTable _ -> TaskKind.CHECK_TABLE;
      case Task.CompleteTable _ -> TaskKind.COMPLETE_TABLE;
      case Task.AddForeignKeys _ -> TaskKind.ADD_FOREIGN_KEYS;
      case Task.MoveGroup _ -> TaskKind.MOVE_GROUP;
      case Task.AddGroupForeignKeys _ -> TaskKind.ADD_GROUP_FOREIGN_KEYS;
      case Task.ValidateGroup _ -> TaskKind.VALIDATE_GROUP;
      case Task.ResolveErrors _ -> TaskKind.RESOLVE_ERRORS;
      case Task.FinishTarget _ -> TaskKind.FINISH_TARGET;
      case Task.RollBackTable _ -> TaskKind.ROLL_BACK_TABLE;
      case Task.RollBackTarget _ -> TaskKind.ROLL_BACK_TARGET;
      case Task.ReleaseTarget _ -> TaskKind.RELEASE_TARGET;
      case Task.ValidateTable _ -> TaskKind.VALIDATE_TABLE;
      case Task.ValidateReferences _ -> TaskKind.VALIDATE_REFERENCES;
      case Task.ReconcileLedger _ -> TaskKind.RECONCILE_LEDGER;
      case Task.ValidateStructure _ -> TaskKind.VALIDATE_STRUCTURE;
      case Task.CertifyMigration _ -> TaskKind.CERTIFY_MIGRATION;
    };
  }

  private Record<byte[], byte[]> record(
      String key, String id, String topic, SpecificRecord written, String cause) {
    byte[] value = wire.bytes(topic, written);
    String type = written.getSchema().getFullName();
    if (value.length > settings.maxRecordBytes()) {
      throw new IllegalStateException(
          "expected records of at most %d bytes, found a %s of %d"
              .formatted(settings.maxRecordBytes(), type, value.length));
    }
    Record<byte[], byte[]> record =
        new Record<>(key.getBytes(StandardCharsets.UTF_8), value, unit.now().toEpochMilli());
    RecordHeaders.describe(
        record.headers(), id, Names.SOURCE, type, unit.now(), unit.migration().value());
    if (!cause.isEmpty()) {
      RecordHeaders.causedBy(record.headers(), cause);
    }
    return record;
  }
}
