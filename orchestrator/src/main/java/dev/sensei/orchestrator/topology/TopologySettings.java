package dev.sensei.orchestrator.topology;

import dev.sensei.schemas.Topics;
import java.time.Duration;

/**
 * The bounds of the topology.
 *
 * @param stepsAtOnce steps of work over all tables that one input may cause in one go; the rest
 *     follows in further goes
 * @param stepsOfInput steps that one input may cause in all; more is taken for a loop, and the
 *     input goes to the dead letters
 * @param timersAtOnce timers fired in one go
 * @param timerResolution how often timers are looked at
 * @param timerGap how long nobody looked at timers before they rest
 * @param timerRest how long they rest then
 * @param continuationDelay how long until the next go over tables
 * @param maxRecordBytes the largest record that topics take; what would be larger goes to the dead
 *     letters with its input
 */
public record TopologySettings(
    int stepsAtOnce,
    int stepsOfInput,
    int timersAtOnce,
    Duration timerResolution,
    Duration timerGap,
    Duration timerRest,
    Duration continuationDelay,
    int maxRecordBytes) {
  private static final int HEADERS_BYTES = 64 << 10;

  /** The defaults. */
  public static TopologySettings defaults() {
    return new TopologySettings(
        2_000,
        2_000_000,
        1_000,
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(3),
        Duration.ofMillis(20),
        Topics.LARGEST_RECORD_BYTES - HEADERS_BYTES);
  }
}
