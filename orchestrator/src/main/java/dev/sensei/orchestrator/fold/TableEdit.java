package dev.sensei.orchestrator.fold;

import java.util.List;

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
  boolean small;
  TableRunState state;
  int epoch;
  boolean claimed;
  boolean restart;
  boolean draining;
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
  String reason;
  List<String> left;
  long openErrors;
  long deviatingRows;
  long recoveredErrors;
  long correctedErrors;
  long withdrawnErrors;

  TableEdit(TableState from) {
    migrationId = from.migrationId();
    tableIndex = from.tableIndex();
    table = from.table();
    targetTable = from.targetTable();
    plan = from.plan();
    planAttempt = from.planAttempt();
    dependsOn = from.dependsOn();
    foreignKeys = from.foreignKeys();
    small = from.small();
    state = from.state();
    epoch = from.epoch();
    claimed = from.claimed();
    restart = from.restart();
    draining = from.draining();
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
    reason = from.reason();
    left = from.left();
    openErrors = from.openErrors();
    deviatingRows = from.deviatingRows();
    recoveredErrors = from.recoveredErrors();
    correctedErrors = from.correctedErrors();
    withdrawnErrors = from.withdrawnErrors();
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
        small,
        state,
        epoch,
        claimed,
        restart,
        draining,
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
        reason,
        left,
        openErrors,
        deviatingRows,
        recoveredErrors,
        correctedErrors,
        withdrawnErrors);
  }
}
