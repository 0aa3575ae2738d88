package dev.sensei.cli.proof;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Something that is done to a system while it works. What, when and to whom follows from a seed.
 *
 * @param kind what
 * @param after how long after the one before
 * @param choice which one of those that it may be done to, and how long it lasts; 0 to 1, less than
 *     1
 */
record Strike(Kind kind, Duration after, double choice) {
  private static final int LEAST_MILLIS = 100;
  private static final int SPREAD_MILLIS = 1_500;

  /** What may be done. */
  enum Kind {
    WORKER_KILLED,
    ORCHESTRATOR_KILLED,
    AGENT_KILLED,
    PLATFORM_KILLED,
    PERSON_KILLED,
    WORKER_FROZEN,
    TARGET_SESSION_ENDED,
    SOURCE_SESSION_ENDED,
    TARGET_CRASHED,
    SOURCE_CRASHED,
    PAUSED_AND_RESUMED
  }

  /** What a system has to stand more often than the rest. */
  private static final List<Kind> OFTEN =
      List.of(
          Kind.WORKER_KILLED,
          Kind.WORKER_KILLED,
          Kind.TARGET_SESSION_ENDED,
          Kind.TARGET_SESSION_ENDED,
          Kind.SOURCE_SESSION_ENDED);

  /** As many as are asked for. The first have every kind once. */
  static List<Strike> drawn(long seed, int count) {
    Random random = new Random(seed);
    Deque<Kind> deck = new ArrayDeque<>(shuffled(List.of(Kind.values()), random));
    List<Strike> strikes = new ArrayList<>();
    while (strikes.size() < count) {
      if (deck.isEmpty()) {
        List<Kind> more = new ArrayList<>(List.of(Kind.values()));
        more.addAll(OFTEN);
        deck.addAll(shuffled(more, random));
      }
      strikes.add(
          new Strike(
              deck.remove(),
              Duration.ofMillis(LEAST_MILLIS + random.nextInt(SPREAD_MILLIS)),
              random.nextDouble()));
    }
    return strikes;
  }

  private static List<Kind> shuffled(List<Kind> kinds, Random random) {
    List<Kind> shuffled = new ArrayList<>(kinds);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }

  /** The one of these that the choice falls on. */
  <T> T among(List<T> candidates) {
    return candidates.get((int) (choice * candidates.size()));
  }

  /** The choice as a time. */
  Duration lasting(Duration most) {
    return Duration.ofMillis((long) (choice * most.toMillis()));
  }
}
