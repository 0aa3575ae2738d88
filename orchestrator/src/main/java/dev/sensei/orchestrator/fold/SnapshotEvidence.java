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
    int serverVersion) {

  /**
   * Whether it provably shows the rows that an earlier snapshot showed: of the same cluster on the
   * same timeline, no transaction begun since, and none in progress whose end could have come in
   * between. The log must not have gone back: after a crash of a source that commits
   * asynchronously, the ids of lost transactions are given out again. What is not known counts as
   * changed.
   */
  boolean showsTheSameAs(SnapshotEvidence earlier) {
    return !systemIdentifier.isEmpty()
        && systemIdentifier.equals(earlier.systemIdentifier)
        && timeline != 0
        && timeline == earlier.timeline
        && visibility.equals(earlier.visibility)
        && noneInProgress(visibility)
        && place(position) >= place(earlier.position);
  }

  /** The list may not be relied on: a standby leaves it empty also where some are in progress. */
  private static boolean noneInProgress(String visibility) {
    String[] parts = visibility.split(":", -1);
    return parts.length == 3 && parts[0].equals(parts[1]) && parts[2].isEmpty();
  }

  /** A log position such as 0/16B3748 as one number; -1 where it is none. */
  private static long place(String position) {
    String[] halves = position.split("/", -1);
    if (halves.length != 2) {
      return -1;
    }
    try {
      return (Long.parseLong(halves[0], 16) << 32) + Long.parseLong(halves[1], 16);
    } catch (NumberFormatException unreadable) {
      return -1;
    }
  }
}
