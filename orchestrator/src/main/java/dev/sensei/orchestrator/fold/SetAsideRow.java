package dev.sensei.orchestrator.fold;

/**
 * A row that is or was in the error queue.
 *
 * @param keyHash HMAC-SHA-256 of its key, in hex.
 * @param sqlState the SQLSTATE for which it was not taken.
 * @param column the column that was named; empty where none was.
 * @param constraint the constraint that was named; empty where none was.
 * @param state what has become of it.
 * @param decidedBy who decided; empty where nobody has.
 * @param locator where it stands in the source's file under the snapshot, such as (0,1); no value.
 * @param writtenBy where it was corrected or fetched, the target's transaction that wrote it, by
 *     its 64-bit number; 0 else.
 * @param xmin the source's transaction that wrote it, by the 32 bits that rows carry.
 * @param number what a person names it by.
 */
public record SetAsideRow(
    String keyHash,
    String sqlState,
    String column,
    String constraint,
    ErrorState state,
    String decidedBy,
    String locator,
    long writtenBy,
    long xmin,
    long number) {}
