package dev.sensei.orchestrator.fold;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What a worker did for one chunk.
 *
 * @param chunk the chunk's number within its table, from 0.
 * @param snapshot the snapshot the rows were read under.
 * @param rows rows written.
 * @param bytes bytes of tuples written.
 * @param digest transport digest of the tuples written: xxh3-128 added modulo 2^128, 32 hex digits.
 * @param worker the worker that wrote it.
 * @param startedAt when the copy began.
 * @param finishedAt when its transaction was committed.
 * @param setAside rows of the chunk that are in the error queue instead.
 * @param deviations rows that rules of the plan changed.
 */
public record ChunkEvidence(
    int chunk,
    int snapshot,
    long rows,
    long bytes,
    String digest,
    String worker,
    Instant startedAt,
    Instant finishedAt,
    long setAside,
    List<RowDeviation> deviations) {
  public ChunkEvidence {
    startedAt = startedAt.truncatedTo(ChronoUnit.MILLIS);
    finishedAt = finishedAt.truncatedTo(ChronoUnit.MILLIS);
    deviations = List.copyOf(deviations);
  }
}
