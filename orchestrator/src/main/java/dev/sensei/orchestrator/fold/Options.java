package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;

/**
 * What a person may set for a migration; locked at approval.
 *
 * @param chunkRows rows in a chunk, the unit of checkpoint; 1 to 100,000,000.
 * @param chunkBytes bytes that a chunk comes to at least, with more rows where they are narrow; 0
 *     to 268,435,456.
 * @param chunkTimeMillis milliseconds that a chunk should take about, by a measurement as its table
 *     is divided; 0 where it is not measured, to 60,000.
 * @param batchRows rows in a batch, the unit in which a chunk is checked and may be stopped; 1 to
 *     chunkRows.
 * @param existingRows what to do where a target table holds rows.
 * @param rowHash how rows are hashed to be compared.
 * @param includeTables patterns of tables in scope, schema.table with * as wildcard; empty for all.
 * @param excludeTables patterns of tables out of scope; they win over includeTables.
 * @param autoApproveAbove mappings with a confidence above this come approved; 0 to 1.
 * @param reviewAbove mappings from here up to autoApproveAbove are flagged, those below need a
 *     person each; 0 to 1.
 * @param maxTaskAttempts how often a task is issued at most before it counts as poison; 1 to 100.
 * @param taskTimeoutMillis how long a task may go without a sign of life before it is issued again,
 *     in milliseconds.
 * @param tablesInFlight tables in work at the same time.
 * @param chunksInFlight chunks of one table handed out at the same time.
 * @param milestones where the migration waits for a person.
 * @param separateApprover whether approver and creator have to be two people.
 * @param maxErrorRows rows of a table that may go to the error queue; 0 to 10,000.
 * @param maxErrorPercent the part of a table's rows that may go there, in percent; 0 to 100.
 * @param errorKey where agents find the key that the error queue is encrypted with; empty for the
 *     installation's.
 * @param mappings tables that are not carried as they are, each once.
 */
public record Options(
    long chunkRows,
    long chunkBytes,
    long chunkTimeMillis,
    long batchRows,
    ExistingRows existingRows,
    RowHash rowHash,
    List<String> includeTables,
    List<String> excludeTables,
    double autoApproveAbove,
    double reviewAbove,
    int maxTaskAttempts,
    long taskTimeoutMillis,
    int tablesInFlight,
    int chunksInFlight,
    List<Milestone> milestones,
    boolean separateApprover,
    int maxErrorRows,
    double maxErrorPercent,
    Optional<String> errorKey,
    List<TableMapping> mappings) {
  public Options {
    includeTables = List.copyOf(includeTables);
    excludeTables = List.copyOf(excludeTables);
    milestones = List.copyOf(milestones);
    mappings = List.copyOf(mappings);
  }
}
