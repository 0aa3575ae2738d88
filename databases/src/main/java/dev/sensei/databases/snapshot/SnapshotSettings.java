package dev.sensei.databases.snapshot;

import java.time.Duration;

/**
 * Bounds of taking a snapshot.
 *
 * @param lockWait how long to wait for one batch of table locks; at least a millisecond
 * @param lockBatch how many tables one statement locks; at least 1
 */
public record SnapshotSettings(Duration lockWait, int lockBatch) {
  /** A minute for each batch of 200 tables. */
  public static final SnapshotSettings DEFAULT = new SnapshotSettings(Duration.ofMinutes(1), 200);

  public SnapshotSettings {
    if (lockWait.toMillis() < 1 || lockBatch < 1) {
      throw new IllegalArgumentException("lockWait and lockBatch must be positive");
    }
  }
}
