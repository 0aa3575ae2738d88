package dev.sensei.orchestrator.topology;

import java.time.Duration;

/**
 * Lets timers rest for a moment where nobody has looked at them for a while: after a start, or
 * after a server was waited for. Signs of life that came meanwhile are read first, so that a task
 * is not given up whose agent has spoken all along.
 */
final class TimerRest {
  private final long gapMillis;
  private final long restMillis;
  private long lookedAt = Long.MIN_VALUE;
  private long restsUntil = Long.MIN_VALUE;

  /**
   * @param gap how long nobody looked before timers rest
   * @param rest how long they rest
   */
  TimerRest(Duration gap, Duration rest) {
    this.gapMillis = gap.toMillis();
    this.restMillis = rest.toMillis();
  }

  /** Somebody looks; whether timers may fire. */
  boolean mayFire(long nowMillis) {
    if (lookedAt == Long.MIN_VALUE || nowMillis - lookedAt > gapMillis) {
      restsUntil = nowMillis + restMillis;
    }
    lookedAt = nowMillis;
    return nowMillis >= restsUntil;
  }
}
