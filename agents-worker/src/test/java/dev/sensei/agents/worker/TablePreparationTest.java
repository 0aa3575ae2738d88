package dev.sensei.agents.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.databases.copy.ChunkPlanSettings;
import dev.sensei.schemas.common.Options;
import org.junit.jupiter.api.Test;

class TablePreparationTest {
  @Test
  void chunksAreAsLargeAsTheOptionsSay() {
    Options options = MigrationOptions.unset().setChunkRows(70_000).setChunkBytes(5 << 20).build();
    ChunkPlanSettings settings = TablePreparation.settings(options);
    assertThat(settings.rowsPerChunk()).isEqualTo(70_000);
    assertThat(settings.leastBytes()).isEqualTo(5 << 20);
    assertThat(settings.mostBytes()).isEqualTo(256 << 20);
  }
}
