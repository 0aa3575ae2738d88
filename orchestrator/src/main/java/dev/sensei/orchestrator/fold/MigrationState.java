package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;

/**
 * A migration but for its tables; its size depends on neither tables nor chunks.
 *
 * @param migrationId the migration.
 * @param sequence the sequence of the last journal record folded in, from 1.
 * @param state the state of its life.
 * @param stage what it is busy with.
 * @param source where the rows come from.
 * @param target where they go.
 * @param options what the person set.
 * @param createdBy who made it.
 * @param round counts the beginnings of phases; part of the ids of tasks that belong to no table.
 * @param tasks open tasks that belong to no table.
 * @param analysis the number of the latest analysis, 0 before the first.
 * @param analysisAttempt the attempt that completed it.
 * @param catalogDigest SHA-256 in hex over the catalog that was analysed; empty before.
 * @param plan the number of the latest plan, 0 before the first.
 * @param planDigest SHA-256 in hex over the plan; empty until it is complete.
 * @param planExceptions how many things in scope the plan does not carry.
 * @param tables tables in the plan.
 * @param tablesPlanned tables planned so far by the live attempt.
 * @param approver who approved the plan; empty before.
 * @param exceptionsAccepted whether exceptions and deviations so far are accepted.
 * @param waitingFor the milestone at which it waits; UNKNOWN where it does not.
 * @param snapshot the number of the latest snapshot, 0 before the first.
 * @param snapshotEvidence what that snapshot is.
 * @param snapshotAlive whether that snapshot is kept, as far as is known.
 * @param snapshotChangedAt the latest snapshot before which the source may have changed, or 0.
 * @param deviations what the certificate has to name besides the plan's exceptions, the first 10.
 * @param deviationCount how many there are in all.
 * @param targetTouched whether something may have been made in the target.
 * @param targetPrepared whether the target is ready for tables.
 * @param targetReleased whether the ledger is gone from the target.
 * @param nextTable where the cursor over tables stands: no table before it waits to be started.
 * @param active tables in work.
 * @param blocked tables that wait for others.
 * @param done tables done.
 * @param failed tables failed.
 * @param rolledBack tables rolled back.
 * @param validated tables validated in this validation.
 * @param draining tables being rolled back on the way to cancelled.
 * @param highestEpoch the highest epoch of any table.
 * @param rows rows in tables that are done.
 * @param bytes bytes in tables that are done.
 * @param drain whether everything is being rolled back.
 * @param drainReason why.
 * @param drainRequestedBy who asked.
 * @param troubles how many tables or checks did not succeed in this phase.
 * @param troubled the first of them, at most 10.
 * @param failedPhase the phase that failed; UNKNOWN where none did.
 * @param failure why it failed.
 * @param openErrors rows in the error queue that wait for a person, of tables that are done.
 * @param recoveredErrors rows that the target took after they had been in the error queue.
 * @param correctedErrors those of them that the source has changed since the snapshot.
 * @param deviatingRows rows that are not in the target as they are in the source, but for those in
 *     the error queue and those that a person left out.
 * @param withdrawnErrors rows that were in the target, until they were set aside since a row that
 *     they refer to is not there.
 * @param orphaned how many of the tables in trouble have foreign keys that lack rows which were set
 *     aside.
 * @param resolution what a person decided about the error queue and is being done.
 * @param acceptedBy who accepted exceptions and deviations so far; empty where nobody has.
 */
public record MigrationState(
    MigrationId migrationId,
    long sequence,
    LifecycleState state,
    Stage stage,
    DatabaseReference source,
    DatabaseReference target,
    Options options,
    String createdBy,
    int round,
    List<OpenTask> tasks,
    int analysis,
    int analysisAttempt,
    String catalogDigest,
    int plan,
    String planDigest,
    int planExceptions,
    int tables,
    int tablesPlanned,
    String approver,
    boolean exceptionsAccepted,
    Milestone waitingFor,
    int snapshot,
    Optional<SnapshotEvidence> snapshotEvidence,
    boolean snapshotAlive,
    int snapshotChangedAt,
    List<String> deviations,
    int deviationCount,
    boolean targetTouched,
    boolean targetPrepared,
    boolean targetReleased,
    int nextTable,
    int active,
    int blocked,
    int done,
    int failed,
    int rolledBack,
    int validated,
    int draining,
    int highestEpoch,
    long rows,
    long bytes,
    Drain drain,
    String drainReason,
    String drainRequestedBy,
    int troubles,
    List<String> troubled,
    LifecycleState failedPhase,
    Optional<Failure> failure,
    long openErrors,
    long recoveredErrors,
    long correctedErrors,
    long deviatingRows,
    long withdrawnErrors,
    int orphaned,
    Optional<ErrorResolution> resolution,
    String acceptedBy) {
  public MigrationState {
    tasks = List.copyOf(tasks);
    deviations = List.copyOf(deviations);
    troubled = List.copyOf(troubled);
  }
}
