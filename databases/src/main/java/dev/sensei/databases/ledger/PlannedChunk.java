package dev.sensei.databases.ledger;

import dev.sensei.databases.copy.ChunkBounds;

/**
 * A chunk as it was planned.
 *
 * @param chunk its number, from 0
 * @param bounds what it covers
 * @param snapshotNumber the snapshot that the bounds were planned under
 */
public record PlannedChunk(int chunk, ChunkBounds bounds, int snapshotNumber) {}
