package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;

/** A copy of a TableState that evolving changes and then freezes; it never leaves a step. */
final class TableEdit {
  MigrationId migrationId;
  int tableIndex;
  String table;
  String targetTable;
  int plan;
  int planAttempt;
  List<Integer> dependsOn;
  boolean foreignKeys;
  TableRunState state;
  int epoch;
  boolean claimed;
  boolean restart;
  int snapshot;
  int chunks;
  List<ChunkRange> finished;
  int checks;
  long rowsBefore;
  boolean created;
  long rows;
  long bytes;
  List<OpenTask> tasks;
  boolean foreignKeysAdded;
  CheckOutcome validated;
  Optional<Failure> failure;
  List<String> left;

  TableEdit(TableState from) {
    migrationId = from.migrationId();
    tableIndex = from.tableIndex();
    table = from.table();
    targetTable = from.targetTable();
    plan = from.plan();
    planAttempt = from.planAttempt();
    dependsOn = from.dependsOn();
    foreignKeys = from.foreignKeys();
    state = from.state();
    epoch = from.epoch();
    claimed = from.claimed();
    restart = from.restart();
    snapshot = from.snapshot();
    chunks = from.chunks();
    finished = from.finished();
    checks = from.checks();
    rowsBefore = from.rowsBefore();
    created = from.created();
    rows = from.rows();
    bytes = from.bytes();
    tasks = from.tasks();
    foreignKeysAdded = from.foreignKeysAdded();
    validated = from.validated();
    failure = from.failure();
    left = from.left();
  }

  TableState freeze() {
    return new TableState(
        migrationId,
        tableIndex,
        table,
        targetTable,
        plan,
        planAttempt,
        dependsOn,
        foreignKeys,
        state,
        epoch,
        claimed,
        restart,
        snapshot,
        chunks,
        finished,
        checks,
        rowsBefore,
        created,
        rows,
        bytes,
        tasks,
        foreignKeysAdded,
        validated,
        failure,
        left);
  }
}
