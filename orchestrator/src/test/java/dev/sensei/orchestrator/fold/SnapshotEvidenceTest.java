package dev.sensei.orchestrator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SnapshotEvidenceTest {
  private static final SnapshotEvidence EARLIER = evidence("0/16B3748", "700:700:", "75", 1);

  private static SnapshotEvidence evidence(
      String position, String visibility, String systemIdentifier, int timeline) {
    return new SnapshotEvidence("id", position, visibility, systemIdentifier, timeline, 180000);
  }

  @Test
  void aSourceThatOnlyWroteItsLogShowsTheSameRows() {
    assertThat(evidence("1/0", "700:700:", "75", 1).showsTheSameAs(EARLIER)).isTrue();
  }

  @Test
  void anyDoubtCountsAsChanged() {
    assertThat(evidence("0/16B3748", "700:701:", "75", 1).showsTheSameAs(EARLIER)).isFalse();
    assertThat(evidence("0/16B3748", "700:700:", "76", 1).showsTheSameAs(EARLIER)).isFalse();
    assertThat(evidence("0/16B3748", "700:700:", "75", 2).showsTheSameAs(EARLIER)).isFalse();
    assertThat(evidence("0/16B3747", "700:700:", "75", 1).showsTheSameAs(EARLIER)).isFalse();
    SnapshotEvidence unknown = evidence("0/1", "700:700:", "", 0);
    assertThat(unknown.showsTheSameAs(unknown)).isFalse();
    SnapshotEvidence busy = evidence("0/1", "700:702:701", "75", 1);
    assertThat(busy.showsTheSameAs(busy)).isFalse();
    SnapshotEvidence busyOnAStandby = evidence("0/1", "700:702:", "75", 1);
    assertThat(busyOnAStandby.showsTheSameAs(busyOnAStandby)).isFalse();
  }
}
