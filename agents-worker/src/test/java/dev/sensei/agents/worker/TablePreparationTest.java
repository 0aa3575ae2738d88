package dev.sensei.agents.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.copy.ChunkPlanSettings;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.Options;
import java.util.List;
import org.junit.jupiter.api.Test;

class TablePreparationTest {
  @Test
  void chunksAreAsLargeAsTheOptionsSay() {
    Options options =
        Options.newBuilder()
            .setChunkRows(70_000)
            .setChunkBytes(5 << 20)
            .setBatchRows(10_000)
            .setExistingRows(ExistingRows.REFUSE)
            .setIncludeTables(List.of())
            .setExcludeTables(List.of())
            .setAutoApproveAbove(0.95)
            .setReviewAbove(0.80)
            .setMaxTaskAttempts(5)
            .setTaskTimeoutMillis(60_000)
            .setTablesInFlight(4)
            .setChunksInFlight(4)
            .setMilestones(List.of())
            .setSeparateApprover(false)
            .build();
    ChunkPlanSettings settings = TablePreparation.settings(options);
    assertThat(settings.rowsPerChunk()).isEqualTo(70_000);
    assertThat(settings.leastBytes()).isEqualTo(5 << 20);
    assertThat(settings.mostBytes()).isEqualTo(256 << 20);
  }
}
