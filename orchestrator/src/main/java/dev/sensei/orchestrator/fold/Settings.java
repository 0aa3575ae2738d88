package dev.sensei.orchestrator.fold;

import java.time.Duration;

/**
 * What an installation sets for all its migrations.
 *
 * @param installation the name under which it claims targets
 * @param firstBackOff how long a task waits after its first failure; doubled after each further one
 * @param longestBackOff the longest such wait
 * @param queuedTimeouts how many timeouts a task may wait in its queue, not taken by any agent,
 *     before it is taken for lost and handed out again; at least 1
 */
public record Settings(
    String installation, Duration firstBackOff, Duration longestBackOff, int queuedTimeouts) {

  private static final int QUEUED_TIMEOUTS = 20;

  public Settings {
    if (firstBackOff.isNegative() || longestBackOff.compareTo(firstBackOff) < 0) {
      throw new IllegalArgumentException(
          "expected 0 <= firstBackOff <= longestBackOff, found %s and %s"
              .formatted(firstBackOff, longestBackOff));
    }
    if (queuedTimeouts < 1) {
      throw new IllegalArgumentException(
          "expected queuedTimeouts of at least 1, found " + queuedTimeouts);
    }
  }

  /** One second, doubled up to thirty; twenty timeouts in the queue. */
  public static Settings ofInstallation(String installation) {
    return new Settings(
        installation, Duration.ofSeconds(1), Duration.ofSeconds(30), QUEUED_TIMEOUTS);
  }

  /** How long to wait after this many failures, from 1. */
  Duration backOff(int failures) {
    Duration wait = firstBackOff.multipliedBy(1L << Math.clamp(failures - 1L, 0, 20));
    return wait.compareTo(longestBackOff) > 0 ? longestBackOff : wait;
  }
}
