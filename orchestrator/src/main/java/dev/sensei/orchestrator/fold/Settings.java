package dev.sensei.orchestrator.fold;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What an installation sets for all its migrations.
 *
 * @param installation the name under which it claims targets
 * @param firstBackOff how long a task waits at most after its first failure; doubled after each
 *     further one. It waits between half of that and all of it, so that tasks which failed together
 *     do not come back together
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

  /**
   * How long a task waits after this many failures, from 1: the same whenever it is asked, since
   * what is decided follows from the record at hand alone.
   */
  Duration backOff(TaskId task, int failures) {
    Duration doubled = firstBackOff.multipliedBy(1L << Math.clamp(failures - 1L, 0, 20));
    long most = (doubled.compareTo(longestBackOff) > 0 ? longestBackOff : doubled).toMillis();
    long least = most / 2;
    long seed = ((long) task.value().hashCode() << Integer.SIZE) | failures;
    return Duration.ofMillis(least + new SplittableRandom(seed).nextLong(most - least + 1));
  }
}
