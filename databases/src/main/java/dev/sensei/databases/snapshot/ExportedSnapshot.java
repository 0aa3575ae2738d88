package dev.sensei.databases.snapshot;

import java.util.Optional;

/**
 * A snapshot of the source that other sessions can adopt for as long as its {@link SnapshotKeeper}
 * lives, and what identifies the state of the source that it shows.
 *
 * @param id what {@code pg_export_snapshot()} gave
 * @param lsn the write-ahead log position just after the export, such as {@code 0/1A2B3C4}; on a
 *     standby, the position that was replayed
 * @param visibility {@code pg_current_snapshot()} as text: {@code xmin:xmax:in-progress}; a standby
 *     lists none in progress, also where there are some
 * @param systemIdentifier of the cluster; empty where the role may not read it
 * @param timeline of the cluster; 0 where the role may not read it
 * @param serverVersion such as 150008, as {@code server_version_num} has it
 */
public record ExportedSnapshot(
    String id,
    String lsn,
    String visibility,
    Optional<String> systemIdentifier,
    long timeline,
    int serverVersion) {}
