package dev.sensei.orchestrator.fold;

/**
 * Chunks from first to last, both included.
 *
 * @param first the first chunk.
 * @param last the last chunk.
 */
public record ChunkRange(int first, int last) {}
