package dev.sensei.agents.worker;

import java.time.Duration;

/**
 * How sessions are kept between tasks.
 *
 * @param maxIdle how many sessions are kept open without work, over all databases
 * @param idleFor how long one of them is kept; short, since an idle session on a snapshot holds the
 *     source's vacuum back, and one of the target stands in the way of dropping it
 */
record SessionSettings(int maxIdle, Duration idleFor) {
  /** 16 sessions, 5 seconds. */
  static final SessionSettings DEFAULT = new SessionSettings(16, Duration.ofSeconds(5));

  SessionSettings {
    if (maxIdle < 0 || idleFor.isNegative()) {
      throw new IllegalArgumentException("bounds of kept sessions must not be negative");
    }
  }
}
