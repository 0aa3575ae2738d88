package dev.sensei.agents;

import java.util.Arrays;

/**
 * Finds the number of slots that get most done, by trying. It is told how much was done in each of
 * spans of time in which all slots were at work, and takes the median of a few. From where it
 * starts it goes up as long as one slot more brings something, then down as long as one fewer loses
 * nothing; where neither helps, it stays for a while and tries again, since databases have other
 * work too.
 *
 * <p>Not safe for use by several threads.
 */
final class SlotTuning {
  /** Spans behind one figure: their median leaves a checkpoint of a server out. */
  static final int SPANS = 5;

  /** Spans without a trial once neither direction helps. */
  static final int REST = 60;

  /** One slot more has to bring this much, as it costs memory and connections. */
  private static final double WORTH_ONE_MORE = 1.05;

  /** One slot fewer may lose this much. */
  private static final double WORTH_ONE_FEWER = 0.99;

  private enum Trial {
    NONE,
    UP,
    DOWN
  }

  private final int most;
  private final double[] spans = new double[SPANS];
  private int seen;
  private int slots;
  private double before;
  private Trial trial = Trial.NONE;
  private boolean upIsTried;
  private boolean downIsTried;
  private int resting;

  /**
   * Begins.
   *
   * @param slots to start with, 1 to most
   * @param most never more than this
   */
  SlotTuning(int slots, int most) {
    if (slots < 1 || slots > most) {
      throw new IllegalArgumentException("expected 1 to %d slots, found %d".formatted(most, slots));
    }
    this.slots = slots;
    this.most = most;
  }

  /** How many slots should work. */
  int slots() {
    return slots;
  }

  /** So much was done in one span of time, in which all slots were at work. */
  void observe(double done) {
    if (resting > 0) {
      resting--;
      return;
    }
    spans[seen++] = done;
    if (seen < SPANS) {
      return;
    }
    seen = 0;
    double[] sorted = spans.clone();
    Arrays.sort(sorted);
    judge(sorted[SPANS / 2]);
  }

  private void judge(double now) {
    switch (trial) {
      case NONE -> before = now;
      case UP -> {
        if (now >= before * WORTH_ONE_MORE) {
          before = now;
          downIsTried = true;
        } else {
          slots--;
          upIsTried = true;
        }
      }
      case DOWN -> {
        if (now >= before * WORTH_ONE_FEWER) {
          before = now;
          upIsTried = true;
        } else {
          slots++;
          downIsTried = true;
        }
      }
    }
    tryNext();
  }

  private void tryNext() {
    if (!upIsTried && slots < most) {
      trial = Trial.UP;
      slots++;
    } else if (!downIsTried && slots > 1) {
      trial = Trial.DOWN;
      slots--;
    } else {
      trial = Trial.NONE;
      upIsTried = false;
      downIsTried = false;
      resting = REST;
    }
  }
}
