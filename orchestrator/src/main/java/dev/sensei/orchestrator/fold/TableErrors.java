package dev.sensei.orchestrator.fold;

/**
 * What has become of a table's rows in the error queue, in all.
 *
 * @param tableIndex the table's number in the plan.
 * @param table the source table.
 * @param open rows that wait for a person.
 * @param skipped rows that were left out.
 * @param retried rows that the target has taken after all, as they were under the snapshot.
 * @param corrected rows that the target has taken as the source has them since.
 * @param withdrawn how many of all these the target had, until they were set aside since a row that
 *     they refer to is not there.
 * @param fetched how many of those that were corrected were written behind the snapshot, and taken
 *     since others refer to them.
 */
public record TableErrors(
    int tableIndex,
    String table,
    long open,
    long skipped,
    long retried,
    long corrected,
    long withdrawn,
    long fetched) {}
