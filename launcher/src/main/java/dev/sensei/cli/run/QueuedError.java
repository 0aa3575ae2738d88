package dev.sensei.cli.run;

import java.time.Instant;
import java.util.Optional;

/**
 * A row of the error queue, without its values.
 *
 * @param number what it is named by; 0 where the queue is gone and the journal tells of it
 * @param table the source table
 * @param state open, skipped, left_out, retried, corrected, or fetched
 * @param errorClass what kind of trouble it was, such as data
 * @param code the SQLSTATE
 * @param message why the row was not taken; no values
 * @param keyHash keyed hash of its key, as the certificate names it
 * @param attempts how often it was tried
 * @param decidedBy who decided; empty where nobody has
 * @param reason why, as that person said; empty where nothing was said
 * @param recordedAt when it was set aside; empty where the queue is gone
 */
public record QueuedError(
    long number,
    String table,
    String state,
    String errorClass,
    String code,
    String message,
    String keyHash,
    int attempts,
    Optional<String> decidedBy,
    Optional<String> reason,
    Optional<Instant> recordedAt) {}
