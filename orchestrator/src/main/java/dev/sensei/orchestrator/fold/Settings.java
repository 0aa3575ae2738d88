package dev.sensei.orchestrator.fold;

import java.time.Duration;

/**
 * What an installation sets for all its migrations.
 *
 * @param installation the name under which it claims targets
 * @param firstBackOff how long a task waits after its first failure; doubled after each further one
 * @param longestBackOff the longest such wait
 */
public record Settings(String installation, Duration firstBackOff, Duration longestBackOff) {
  public Settings {
    if (firstBackOff.isNegative() || longestBackOff.compareTo(firstBackOff) < 0) {
      throw new IllegalArgumentException(
          "expected 0 <= firstBackOff <= longestBackOff, found %s and %s"
              .formatted(firstBackOff, longestBackOff));
    }
  }

  /** One second, doubled up to thirty. */
  public static Settings ofInstallation(String installation) {
    return new Settings(installation, Duration.ofSeconds(1), Duration.ofSeconds(30));
  }

  /** How long to wait after this many failures, from 1. */
  Duration backOff(int failures) {
    Duration wait = firstBackOff.multipliedBy(1L << Math.clamp(failures - 1L, 0, 20));
    return wait.compareTo(longestBackOff) > 0 ? longestBackOff : wait;
  }
}
