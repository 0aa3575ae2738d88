package dev.sensei.agents.testing;

import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.RowHash;
import java.util.List;

/** Options for the tests' migrations. */
public final class MigrationOptions {
  private MigrationOptions() {}

  /** Options as a person who sets none gets them, but for the size of chunks. */
  public static Options.Builder unset() {
    return Options.newBuilder()
        .setChunkRows(100_000)
        .setBatchRows(10_000)
        .setExistingRows(ExistingRows.REFUSE)
        .setRowHash(RowHash.FAST)
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
        .setMappings(List.of())
        .setRecovery(List.of())
        .setRules(List.of())
        .setErrorMaxRows(0)
        .setErrorMaxPercent(100)
        .setErrorKey(null);
  }
}
