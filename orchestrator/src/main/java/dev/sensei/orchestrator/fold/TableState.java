package dev.sensei.orchestrator.fold;

import java.util.List;

/**
 * One table of a migration.
 *
 * @param migrationId the migration.
 * @param tableIndex the table's number in the plan, from 0.
 * @param table the source table.
 * @param targetTable the table in the target.
 * @param plan the plan it belongs to.
 * @param planAttempt the attempt that planned it.
 * @param dependsOn numbers of tables that have to be done before, each lower than its own.
 * @param foreignKeys whether foreign keys are to be added at the end.
 * @param small whether it may be done in one go with others: it is small, and did not start again.
 * @param state the state of its run.
 * @param epoch the epoch of its run; 0 before the first.
 * @param claimed whether the target may hold something of it.
 * @param restart whether it starts again once it is rolled back.
 * @param draining whether it is being rolled back because everything is.
 * @param snapshot the snapshot it is read under, or 0.
 * @param chunks how many chunks.
 * @param finished chunks in the target, as ranges in order that do not touch.
 * @param checks how often its ledger was settled in this epoch; part of the ids of its tasks.
 * @param rowsBefore rows in the target table before.
 * @param created whether this migration made the table.
 * @param rows rows written, by the evidence.
 * @param bytes bytes written, by the evidence.
 * @param tasks its open tasks; at most as many as chunks may be in flight.
 * @param foreignKeysAdded whether its foreign keys hold.
 * @param validated how its latest validation ended; UNKNOWN before.
 * @param reason why it is in this state; empty before its first.
 * @param left what could not be taken away, at most 100.
 * @param openErrors rows in the error queue that wait for a person.
 * @param deviatingRows rows that rules of the plan changed or left out, and rows that were
 *     corrected.
 * @param recoveredErrors rows that the target took after they had been in the error queue; they
 *     count in rows.
 * @param correctedErrors those of them that the source has changed since the snapshot.
 * @param withdrawnErrors rows that were in the target, until they were set aside since a row that
 *     they refer to is not there; they do not count in rows.
 */
public record TableState(
    MigrationId migrationId,
    int tableIndex,
    String table,
    String targetTable,
    int plan,
    int planAttempt,
    List<Integer> dependsOn,
    boolean foreignKeys,
    boolean small,
    TableRunState state,
    int epoch,
    boolean claimed,
    boolean restart,
    boolean draining,
    int snapshot,
    int chunks,
    List<ChunkRange> finished,
    int checks,
    long rowsBefore,
    boolean created,
    long rows,
    long bytes,
    List<OpenTask> tasks,
    boolean foreignKeysAdded,
    CheckOutcome validated,
    String reason,
    List<String> left,
    long openErrors,
    long deviatingRows,
    long recoveredErrors,
    long correctedErrors,
    long withdrawnErrors) {
  public TableState {
    dependsOn = List.copyOf(dependsOn);
    finished = List.copyOf(finished);
    tasks = List.copyOf(tasks);
    left = List.copyOf(left);
  }
}
