package dev.sensei.cli.display;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Rows and bytes per second over the last few seconds, from counters that only grow. */
final class Throughput {
  /** How far back is looked. */
  static final Duration WINDOW = Duration.ofSeconds(5);

  private static final double NANOS_PER_SECOND = 1e9;
  private static final int MAX_SAMPLES = 128;

  private record Sample(long nanos, long rows, long bytes) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  /** Notes the counters at a time; a counter that fell, as after a rollback, begins anew. */
  void record(long nanos, long rows, long bytes) {
    Sample last = samples.peekLast();
    if (last != null && (rows < last.rows() || bytes < last.bytes())) {
      samples.clear();
    }
    samples.addLast(new Sample(nanos, rows, bytes));
    while (samples.size() > MAX_SAMPLES || tooOld(nanos)) {
      samples.removeFirst();
    }
  }

  private boolean tooOld(long nanos) {
    Sample first = samples.peekFirst();
    return samples.size() > 2 && first != null && nanos - first.nanos() > WINDOW.toNanos();
  }

  /** Rows per second; 0 before there is anything to tell. */
  double rowsPerSecond() {
    return perSecond(true);
  }

  /** Bytes per second; 0 before there is anything to tell. */
  double bytesPerSecond() {
    return perSecond(false);
  }

  /** The time that rows still to come take at this rate. */
  Optional<Duration> timeLeft(long rows) {
    double rate = rowsPerSecond();
    return rate <= 0
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(Math.round(1_000 * (Math.max(0, rows) / rate))));
  }

  private double perSecond(boolean rows) {
    Sample first = samples.peekFirst();
    Sample last = samples.peekLast();
    if (first == null || last == null || last.nanos() <= first.nanos()) {
      return 0;
    }
    long amount = rows ? last.rows() - first.rows() : last.bytes() - first.bytes();
    return amount * NANOS_PER_SECOND / (last.nanos() - first.nanos());
  }
}
