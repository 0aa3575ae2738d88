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
 * @param mappings tables that are not carried as they are, each once.
 * @param recovery what is done where rows do not keep what the target asks for; one for all tables
 *     first, then those of single ones.
 * @param rules what values and rows have to keep beside that.
 * @param errorMaxRows rows of a table that may be set aside, 0 to 10,000; with 0 the first row at
 *     fault fails the table.
 * @param errorMaxPercent percent of a table's rows that may be set aside, 0 to 100; both limits
 *     hold.
 * @param errorKey where the key is that rows set aside are encrypted with; empty for the
 *     installation's.
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
    List<TableMapping> mappings,
    List<Recovery> recovery,
    List<DeclaredRule> rules,
    long errorMaxRows,
    double errorMaxPercent,
    Optional<String> errorKey) {
  public Options {
    includeTables = List.copyOf(includeTables);
    excludeTables = List.copyOf(excludeTables);
    milestones = List.copyOf(milestones);
    mappings = List.copyOf(mappings);
    recovery = List.copyOf(recovery);
    rules = List.copyOf(rules);
  }

  /** Whether rows that others lack are migrated as the source has them since. */
  boolean migratesParents() {
    return recovery.stream().anyMatch(each -> each.orphans() == RowRemedy.MIGRATE_PARENT);
  }
}
