package dev.sensei.orchestrator.fold;

/**
 * What identifies the state of the source that was read.
 *
 * @param snapshotId PostgreSQL's name of the exported snapshot.
 * @param position the write-ahead log's position, such as 0/16B3748.
 * @param visibility pg_current_snapshot as text, xmin:xmax:in-progress; equal where nothing was
 *     committed in between
 * @param systemIdentifier the source cluster's system identifier.
 * @param timeline the source cluster's timeline.
 * @param serverVersion the source server's version number, such as 150018.
 */
public record SnapshotEvidence(
    String snapshotId,
    String position,
    String visibility,
    String systemIdentifier,
    int timeline,
    int serverVersion) {}
