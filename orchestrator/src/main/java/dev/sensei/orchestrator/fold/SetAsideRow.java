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
 */
public record SetAsideRow(
    String keyHash,
    String sqlState,
    String column,
    String constraint,
    ErrorState state,
    String decidedBy) {}
