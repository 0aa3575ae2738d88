package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.Event;
import java.time.Instant;

/**
 * A record of the journal, as the projection needs it.
 *
 * @param topic the topic it was read from
 * @param partition the partition
 * @param offset its offset there
 * @param sequence its place in its migration's journal, from 1
 * @param time when the event was decided
 * @param hash its hash
 * @param event what happened
 */
record JournalEntry(
    String topic,
    int partition,
    long offset,
    long sequence,
    Instant time,
    String hash,
    Event event) {}
