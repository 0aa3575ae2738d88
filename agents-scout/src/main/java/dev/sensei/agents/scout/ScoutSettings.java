package dev.sensei.agents.scout;

import dev.sensei.databases.snapshot.SnapshotSettings;
import java.time.Duration;

/**
 * Bounds of the Scout's work.
 *
 * @param probeInterval between two looks at whether a kept snapshot lives; at least 100 ms
 * @param probeTimeoutSeconds how long the source may take to answer a look; at least 1
 * @param renewals how often in a row a lost snapshot is exported anew, a probe interval apart,
 *     before the task fails; at least 1
 * @param snapshot bounds of taking a snapshot
 */
public record ScoutSettings(
    Duration probeInterval, int probeTimeoutSeconds, int renewals, SnapshotSettings snapshot) {
  public static final ScoutSettings DEFAULT =
      new ScoutSettings(Duration.ofSeconds(2), 5, 60, SnapshotSettings.DEFAULT);

  public ScoutSettings {
    if (probeInterval.toMillis() < 100 || probeTimeoutSeconds < 1 || renewals < 1) {
      throw new IllegalArgumentException(
          "expected a probe interval of 100 ms or more, a timeout and renewals of 1 or more");
    }
  }
}
