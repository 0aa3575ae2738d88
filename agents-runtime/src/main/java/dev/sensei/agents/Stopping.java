package dev.sensei.agents;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** That an agent stops: asked by everything that waits. */
final class Stopping {
  private final CountDownLatch begun = new CountDownLatch(1);

  void begin() {
    begun.countDown();
  }

  boolean hasBegun() {
    return begun.getCount() == 0;
  }

  /**
   * Waits, but no longer than until the agent stops.
   *
   * @return whether it stops
   */
  boolean within(Duration time) throws InterruptedException {
    return begun.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }
}
