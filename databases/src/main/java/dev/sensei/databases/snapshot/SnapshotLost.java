package dev.sensei.databases.snapshot;

/** The snapshot that a session should adopt is gone: its keeper's session ended. */
public final class SnapshotLost extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SnapshotLost(String id) {
    super("snapshot " + id + " is gone: the session that kept it has ended");
  }
}
