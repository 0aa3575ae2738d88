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
   * same timeline, its log not gone back, no transaction begun since, and none in progress whose
   * end could have come in between. What is not known counts as changed.
   */
  boolean showsTheSameAs(SnapshotEvidence earlier) {
    return !systemIdentifier.isEmpty()
        && systemIdentifier.equals(earlier.systemIdentifier)
        && timeline != 0
        && timeline == earlier.timeline
        && visibility.equals(earlier.visibility)
        && visibility.endsWith(":")
        && place(position) >= place(earlier.position);
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
