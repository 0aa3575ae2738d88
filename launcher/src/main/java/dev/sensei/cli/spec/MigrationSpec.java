package dev.sensei.cli.spec;

import dev.sensei.databases.DatabaseUri;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.Milestone;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.RowHash;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a person set for a migration, defaults filled in.
 *
 * @param source where the rows come from, where the file says so
 * @param target where they go, where the file says so
 * @param tables which tables are in scope
 * @param mappings tables that are not carried as they are
 * @param options how they are moved
 * @param approval what needs a person
 * @param rows what values and rows have to keep
 */
public record MigrationSpec(
    Optional<DatabaseUri> source,
    Optional<DatabaseUri> target,
    Tables tables,
    List<TableSpec> mappings,
    Tuning options,
    Approval approval,
    RowRules rows) {

  /** What holds where no spec is given. */
  public static final MigrationSpec DEFAULTS =
      new MigrationSpec(
          Optional.empty(),
          Optional.empty(),
          Tables.ALL,
          List.of(),
          Tuning.DEFAULTS,
          Approval.DEFAULTS,
          RowRules.NONE);

  public MigrationSpec {
    mappings = List.copyOf(mappings);
  }

  /**
   * Which tables are in scope, by patterns {@code schema.table} with {@code *} as wildcard.
   *
   * @param include tables in scope; empty for all
   * @param exclude tables out of scope; wins over include
   */
  public record Tables(List<String> include, List<String> exclude) {
    /** Every table. */
    public static final Tables ALL = new Tables(List.of(), List.of());

    public Tables {
      include = List.copyOf(include);
      exclude = List.copyOf(exclude);
    }
  }

  /**
   * How tables are moved.
   *
   * @param chunkRows rows in a chunk, the unit of checkpoint; 1 to 100,000,000
   * @param chunkBytes bytes that a chunk comes to at least, with more rows where they are narrow; 0
   *     to 256 MiB
   * @param chunkTime how long a chunk should take about, by a measurement as its table is divided;
   *     zero where it is not measured, to a minute
   * @param batchRows rows in a batch, the unit in which a chunk is checked; 1 to chunkRows
   * @param existingRows what to do where a target table holds rows
   * @param rowHash how rows are hashed to be compared
   * @param maxTaskAttempts how often a task is issued before it counts as poison; 1 to 100
   * @param tablesInFlight tables in work at the same time; 1 to 1,000
   * @param chunksInFlight chunks of a table handed out at the same time; 1 to 1,000
   * @param taskTimeout how long a task may go without a sign of life; 1 second to 1 day
   */
  public record Tuning(
      long chunkRows,
      long chunkBytes,
      Duration chunkTime,
      long batchRows,
      ExistingRows existingRows,
      RowHash rowHash,
      int maxTaskAttempts,
      int tablesInFlight,
      int chunksInFlight,
      Duration taskTimeout) {
    /** What holds where nothing is set. */
    public static final Tuning DEFAULTS =
        new Tuning(
            100_000,
            64L << 20,
            Duration.ofMillis(1_500),
            10_000,
            ExistingRows.REFUSE,
            RowHash.FAST,
            5,
            4,
            8,
            Duration.ofSeconds(30));
  }

  /**
   * What needs a person.
   *
   * @param autoApproveAbove mappings with a confidence above this come ticked; 0 to 1
   * @param reviewAbove mappings below this need a person each; 0 to autoApproveAbove
   * @param milestones where the migration waits for a person
   * @param separateApprover whether creator and approver have to be two people
   */
  public record Approval(
      double autoApproveAbove,
      double reviewAbove,
      List<Milestone> milestones,
      boolean separateApprover) {
    /** What holds where nothing is set. */
    public static final Approval DEFAULTS = new Approval(0.95, 0.80, List.of(), false);

    public Approval {
      milestones = List.copyOf(milestones);
    }
  }

  /** Tables, mappings, options and thresholds as commands carry them. */
  public Options toContract() {
    Options.Builder contract =
        Options.newBuilder()
            .setChunkRows(options.chunkRows())
            .setChunkBytes(options.chunkBytes())
            .setChunkTimeMillis(options.chunkTime().toMillis())
            .setBatchRows(options.batchRows())
            .setExistingRows(options.existingRows())
            .setRowHash(options.rowHash())
            .setIncludeTables(tables.include())
            .setExcludeTables(tables.exclude())
            .setAutoApproveAbove(approval.autoApproveAbove())
            .setReviewAbove(approval.reviewAbove())
            .setMaxTaskAttempts(options.maxTaskAttempts())
            .setTaskTimeoutMillis(options.taskTimeout().toMillis())
            .setTablesInFlight(options.tablesInFlight())
            .setChunksInFlight(options.chunksInFlight())
            .setMilestones(approval.milestones())
            .setSeparateApprover(approval.separateApprover())
            .setMappings(mappings.stream().map(TableSpec::toContract).toList());
    rows.addTo(contract);
    return contract.build();
  }
}
