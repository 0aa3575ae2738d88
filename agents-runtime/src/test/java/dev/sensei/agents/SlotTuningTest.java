package dev.sensei.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class SlotTuningTest {
  /** As many slots do more until the servers are busy, and then get into each other's way. */
  private static IntToDoubleFunction best(int slots) {
    return n -> n <= slots ? 100.0 * n : 100.0 * slots - 6.0 * (n - slots);
  }

  private static int settled(SlotTuning tuning, IntToDoubleFunction done, double noise, long seed) {
    Random random = new Random(seed);
    for (int span = 0; span < 40 * SlotTuning.SPANS; span++) {
      tuning.observe(
          done.applyAsDouble(tuning.slots()) * (1 + noise * (2 * random.nextDouble() - 1)));
    }
    return tuning.slots();
  }

  @Test
  void findsWhereAnotherSlotBringsNothing() {
    for (int best = 1; best <= 12; best++) {
      assertThat(settled(new SlotTuning(4, 16), best(best), 0, 1))
          .as("best is " + best)
          .isBetween(best - 1, best + 1);
    }
  }

  @Test
  void staysNearItInNoise() {
    for (long seed = 0; seed < 50; seed++) {
      assertThat(settled(new SlotTuning(4, 16), best(7), 0.02, seed))
          .as("seed " + seed)
          .isBetween(6, 8);
    }
  }

  @Test
  void aServerThatHiccupsDoesNotMoveIt() {
    SlotTuning tuning = new SlotTuning(4, 4);
    IntToDoubleFunction done = best(4);
    for (int span = 0; span < 200; span++) {
      // In every second figure, so that a mean would see the server get slower and faster.
      boolean checkpoint = span % (2 * SlotTuning.SPANS) == 2;
      tuning.observe(checkpoint ? 1 : done.applyAsDouble(tuning.slots()));
    }
    assertThat(tuning.slots()).isBetween(3, 4);
  }

  @Test
  void neverLeavesItsBounds() {
    SlotTuning more = new SlotTuning(2, 3);
    SlotTuning fewer = new SlotTuning(2, 3);
    for (int span = 0; span < 500; span++) {
      more.observe(1_000.0 * more.slots());
      fewer.observe(1_000.0 / fewer.slots());
      assertThat(more.slots()).isBetween(1, 3);
      assertThat(fewer.slots()).isBetween(1, 3);
    }
    assertThat(more.slots()).isBetween(2, 3);
    assertThat(fewer.slots()).isBetween(1, 2);
    assertThatThrownBy(() -> new SlotTuning(5, 4)).hasMessageContaining("expected 1 to 4 slots");
  }

  @Test
  void followsAChangeOnceItHasRested() {
    SlotTuning tuning = new SlotTuning(4, 16);
    assertThat(settled(tuning, best(8), 0, 1)).isBetween(7, 9);
    assertThat(settled(tuning, best(2), 0, 1)).isBetween(1, 4);
  }
}
