package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;

/** A copy of a MigrationState that evolving changes and then freezes; it never leaves a step. */
final class MigrationEdit {
  MigrationId migrationId;
  long sequence;
  LifecycleState state;
  Stage stage;
  DatabaseReference source;
  DatabaseReference target;
  Options options;
  String createdBy;
  int round;
  List<OpenTask> tasks;
  int analysis;
  int analysisAttempt;
  String catalogDigest;
  int plan;
  String planDigest;
  int planExceptions;
  int tables;
  int tablesPlanned;
  String approver;
  boolean exceptionsAccepted;
  Milestone waitingFor;
  int snapshot;
  Optional<SnapshotEvidence> snapshotEvidence;
  boolean snapshotAlive;
  int snapshotChangedAt;
  List<String> deviations;
  int deviationCount;
  boolean targetTouched;
  boolean targetPrepared;
  boolean targetReleased;
  int nextTable;
  int active;
  int blocked;
  int done;
  int failed;
  int rolledBack;
  int validated;
  int draining;
  int highestEpoch;
  long rows;
  long bytes;
  Drain drain;
  String drainReason;
  String drainRequestedBy;
  int troubles;
  List<String> troubled;
  LifecycleState failedPhase;
  Optional<Failure> failure;
  long openErrors;
  long recoveredErrors;
  long correctedErrors;
  long deviatingRows;
  long withdrawnErrors;
  int orphaned;
  Optional<ErrorResolution> resolution;
  String acceptedBy;

  MigrationEdit(MigrationState from) {
    migrationId = from.migrationId();
    sequence = from.sequence();
    state = from.state();
    stage = from.stage();
    source = from.source();
    target = from.target();
    options = from.options();
    createdBy = from.createdBy();
    round = from.round();
    tasks = from.tasks();
    analysis = from.analysis();
    analysisAttempt = from.analysisAttempt();
    catalogDigest = from.catalogDigest();
    plan = from.plan();
    planDigest = from.planDigest();
    planExceptions = from.planExceptions();
    tables = from.tables();
    tablesPlanned = from.tablesPlanned();
    approver = from.approver();
    exceptionsAccepted = from.exceptionsAccepted();
    waitingFor = from.waitingFor();
    snapshot = from.snapshot();
    snapshotEvidence = from.snapshotEvidence();
    snapshotAlive = from.snapshotAlive();
    snapshotChangedAt = from.snapshotChangedAt();
    deviations = from.deviations();
    deviationCount = from.deviationCount();
    targetTouched = from.targetTouched();
    targetPrepared = from.targetPrepared();
    targetReleased = from.targetReleased();
    nextTable = from.nextTable();
    active = from.active();
    blocked = from.blocked();
    done = from.done();
    failed = from.failed();
    rolledBack = from.rolledBack();
    validated = from.validated();
    draining = from.draining();
    highestEpoch = from.highestEpoch();
    rows = from.rows();
    bytes = from.bytes();
    drain = from.drain();
    drainReason = from.drainReason();
    drainRequestedBy = from.drainRequestedBy();
    troubles = from.troubles();
    troubled = from.troubled();
    failedPhase = from.failedPhase();
    failure = from.failure();
    openErrors = from.openErrors();
    recoveredErrors = from.recoveredErrors();
    correctedErrors = from.correctedErrors();
    deviatingRows = from.deviatingRows();
    withdrawnErrors = from.withdrawnErrors();
    orphaned = from.orphaned();
    resolution = from.resolution();
    acceptedBy = from.acceptedBy();
  }

  MigrationState freeze() {
    return new MigrationState(
        migrationId,
        sequence,
        state,
        stage,
        source,
        target,
        options,
        createdBy,
        round,
        tasks,
        analysis,
        analysisAttempt,
        catalogDigest,
        plan,
        planDigest,
        planExceptions,
        tables,
        tablesPlanned,
        approver,
        exceptionsAccepted,
        waitingFor,
        snapshot,
        snapshotEvidence,
        snapshotAlive,
        snapshotChangedAt,
        deviations,
        deviationCount,
        targetTouched,
        targetPrepared,
        targetReleased,
        nextTable,
        active,
        blocked,
        done,
        failed,
        rolledBack,
        validated,
        draining,
        highestEpoch,
        rows,
        bytes,
        drain,
        drainReason,
        drainRequestedBy,
        troubles,
        troubled,
        failedPhase,
        failure,
        openErrors,
        recoveredErrors,
        correctedErrors,
        deviatingRows,
        withdrawnErrors,
        orphaned,
        resolution,
        acceptedBy);
  }
}
