package dev.sensei.databases.snapshot;

/**
 * Whether a new snapshot provably shows the same rows as one that was lost.
 *
 * <p>It does where cluster and timeline are the same and the same transactions are visible. The
 * next transaction id alone does not say so: a transaction with a lower id may have been in
 * progress at the first snapshot and committed since. So the whole of {@code pg_current_snapshot()}
 * has to be equal. A standby does not list the transactions in progress; there, none may be.
 *
 * <p>The log position must not have gone back: after a crash of a source that commits
 * asynchronously, lost transactions' ids are given out again.
 */
public final class SourceUnchanged {
  private SourceUnchanged() {}

  /** True where it is certain that both snapshots show the same rows. */
  public static boolean since(ExportedSnapshot old, ExportedSnapshot now) {
    boolean sameCluster =
        old.systemIdentifier().isPresent()
            && old.systemIdentifier().equals(now.systemIdentifier())
            && old.timeline() != 0
            && old.timeline() == now.timeline();
    boolean sameVisibility = old.visibility().equals(now.visibility());
    boolean allListed = (!old.standby() && !now.standby()) || now.xmin() == now.xmax();
    return sameCluster && sameVisibility && allListed && position(now.lsn()) >= position(old.lsn());
  }

  private static long position(String lsn) {
    int slash = lsn.indexOf('/');
    return (Long.parseLong(lsn.substring(0, slash), 16) << 32)
        | Long.parseLong(lsn.substring(slash + 1), 16);
  }
}
