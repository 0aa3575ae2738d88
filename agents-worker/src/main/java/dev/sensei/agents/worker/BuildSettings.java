package dev.sensei.agents.worker;

import java.time.Duration;
import java.util.Map;

/**
 * How a worker builds what follows a table's rows.
 *
 * @param sessionsBeside how many sessions of targets build indexes beside those of the tasks
 *     themselves, over all tables of the worker; 0 to 64, {@value #SESSIONS_BESIDE}. With 0, the
 *     indexes of a table are built one after the other
 * @param patience for how long one session alone builds before others join it: a small table is
 *     done by then
 * @param stopWait how long a session may take to stop, once it is told to, before its connection is
 *     closed
 */
record BuildSettings(int sessionsBeside, Duration patience, Duration stopWait) {
  /** The variable that sets {@link #sessionsBeside}. */
  static final String SESSIONS_BESIDE = "SENSEI_BUILD_SESSIONS";

  /**
   * As many sessions as this machine has processors, for want of a way to ask the target for its;
   * 50 milliseconds; 5 seconds.
   */
  static final BuildSettings DEFAULT =
      new BuildSettings(
          Math.min(Runtime.getRuntime().availableProcessors(), 64),
          Duration.ofMillis(50),
          Duration.ofSeconds(5));

  BuildSettings {
    if (sessionsBeside < 0 || sessionsBeside > 64) {
      throw new IllegalArgumentException(
          "expected %s from 0 to 64, found %d".formatted(SESSIONS_BESIDE, sessionsBeside));
    }
    if (patience.toMillis() < 1 || stopWait.toMillis() < 1) {
      throw new IllegalArgumentException("waits of builds must be positive");
    }
  }

  /**
   * The default, with what the environment sets.
   *
   * @throws IllegalArgumentException where the variable cannot be read, or is out of its bounds
   */
  static BuildSettings fromEnvironment(Map<String, String> environment) {
    String given = environment.getOrDefault(SESSIONS_BESIDE, "").strip();
    try {
      return given.isEmpty() ? DEFAULT : DEFAULT.withSessionsBeside(Integer.parseInt(given));
    } catch (NumberFormatException unreadable) {
      throw new IllegalArgumentException(
          "expected a whole number in %s, found '%s'".formatted(SESSIONS_BESIDE, given),
          unreadable);
    }
  }

  BuildSettings withSessionsBeside(int number) {
    return new BuildSettings(number, patience, stopWait);
  }
}
