package dev.sensei.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimerRestTest {
  @Test
  void timersRestAfterAStartAndAfterEveryGapAndElseFire() {
    TimerRest rest = new TimerRest(Duration.ofMillis(1_000), Duration.ofMillis(500));

    assertThat(rest.mayFire(10_000)).as("at the start").isFalse();
    assertThat(rest.mayFire(10_499)).isFalse();
    assertThat(rest.mayFire(10_500)).isTrue();
    assertThat(rest.mayFire(11_500)).as("no longer a gap than allowed").isTrue();
    assertThat(rest.mayFire(12_501)).as("after a gap").isFalse();
    assertThat(rest.mayFire(13_001)).isTrue();
  }
}
