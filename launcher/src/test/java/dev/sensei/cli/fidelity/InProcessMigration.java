package dev.sensei.cli.fidelity;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskHandler;
import dev.sensei.agents.TaskIdentity;
import dev.sensei.agents.architect.ArchitectHandler;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.CatalogDocuments;
import dev.sensei.agents.journal.Journal;
import dev.sensei.agents.journal.PlanDocuments;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.state.MigrationStatus;
import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.agents.validator.ValidatorHandler;
import dev.sensei.agents.worker.WorkerHandler;
import dev.sensei.certificate.SigningKey;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.databases.queue.QueueKeys;
import dev.sensei.databases.snapshot.SnapshotKeeper;
import dev.sensei.databases.snapshot.SnapshotSettings;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.common.DatabaseReference;
import dev.sensei.schemas.common.GroupMember;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.Outcome;
import dev.sensei.schemas.event.AnalysisCompleted;
import dev.sensei.schemas.event.CatalogDescribed;
import dev.sensei.schemas.event.TableDescribed;
import dev.sensei.schemas.report.PlanCompleted;
import dev.sensei.schemas.report.ReferencesValidated;
import dev.sensei.schemas.report.StructureValidated;
import dev.sensei.schemas.report.TablePlanned;
import dev.sensei.schemas.report.TablePrepared;
import dev.sensei.schemas.report.TableValidated;
import dev.sensei.schemas.task.AddForeignKeys;
import dev.sensei.schemas.task.CheckTable;
import dev.sensei.schemas.task.CompleteTable;
import dev.sensei.schemas.task.CopyChunk;
import dev.sensei.schemas.task.FinishTarget;
import dev.sensei.schemas.task.MoveGroup;
import dev.sensei.schemas.task.PlanMigration;
import dev.sensei.schemas.task.PrepareTable;
import dev.sensei.schemas.task.PrepareTarget;
import dev.sensei.schemas.task.ReleaseTarget;
import dev.sensei.schemas.task.ValidateReferences;
import dev.sensei.schemas.task.ValidateStructure;
import dev.sensei.schemas.task.ValidateTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/**
 * One migration by the agents' own handlers, their tasks given out here one after the other in the
 * order of the orchestrator's, without Kafka.
 */
final class InProcessMigration implements TaskContext, Journal {
  private static final SigningKey KEY = key();

  private final PostgresServer.Endpoint source;
  private final PostgresServer.Endpoint target;
  private final DatabaseAccess access;
  private final Options options;
  private final boolean grouped;
  private final List<SpecificRecord> reports = new ArrayList<>();
  private final List<TablePlanned> planned = new ArrayList<>();
  private final List<TablePlan> plans = new ArrayList<>();
  private Optional<PlanCompleted> completed = Optional.empty();
  private String snapshotId = "";
  private int mostChunks;

  /**
   * A migration of all that is in the source.
   *
   * @param chunkRows rows in a chunk
   * @param grouped whether small tables go together
   */
  InProcessMigration(
      PostgresServer.Endpoint source,
      PostgresServer.Endpoint target,
      long chunkRows,
      boolean grouped) {
    this(source, target, MigrationOptions.unset().setChunkRows(chunkRows).build(), grouped);
  }

  /**
   * A migration under options.
   *
   * @param grouped whether small tables go together
   */
  InProcessMigration(
      PostgresServer.Endpoint source,
      PostgresServer.Endpoint target,
      Options options,
      boolean grouped) {
    this.source = source;
    this.target = target;
    this.grouped = grouped;
    this.options = options;
    this.access =
        DatabaseAccess.withPasswords(
            Map.of(source.uri(), source.password(), target.uri(), target.password()));
  }

  /** What became of it. */
  sealed interface Result {
    /** Everything was moved; what the validator found to differ, and what was not carried. */
    record Moved(List<String> differences, List<String> notCarried) implements Result {}

    /** The Architect refused to plan it. */
    record Refused(String code, String message) implements Result {}
  }

  /** Moves everything. */
  Result run() throws Exception {
    // It is what lets Avro see the records, from its first use on.
    Class.forName(RecordSerde.class.getName());
    try {
      makePlan();
    } catch (TaskFailure refused) {
      return new Result.Refused(refused.failure().getCode(), String.valueOf(refused.getMessage()));
    }
    WorkerHandler worker = new WorkerHandler(access, this, QueueKeys.byReference());
    ValidatorHandler validator = new ValidatorHandler(access, this, KEY);
    try (SnapshotKeeper keeper =
        SnapshotKeeper.open(
            source.connect(),
            plans.stream().map(TablePlan::source).toList(),
            SnapshotSettings.DEFAULT)) {
      snapshotId = keeper.snapshot().id();
      move(worker);
      List<String> differences = new ArrayList<>(validated(validator));
      give(worker, new ReleaseTarget());
      give(validator, new ValidateStructure());
      differences.addAll(last(StructureValidated.class).getResult().getDifferences());
      return new Result.Moved(
          differences,
          completed.orElseThrow().getExceptions().stream().map(String::valueOf).toList());
    } finally {
      worker.close();
      validator.close();
    }
  }

  /** The plans of the tables, in their order. */
  List<TablePlan> plans() {
    return plans;
  }

  /** Of the tables that went by themselves, the most chunks that one was divided into. */
  int mostChunks() {
    return mostChunks;
  }

  /** Makes the plan, and nothing else. */
  void makePlan() throws Exception {
    Catalog from = catalog(source);
    Catalog to = catalog(target);
    List<TableDescribed> tables = new ArrayList<>();
    from.tables()
        .forEach(
            table ->
                tables.add(
                    new TableDescribed(
                        "m",
                        1,
                        1,
                        table.name().toString(),
                        table.size().rows(),
                        table.size().totalBytes(),
                        table.columns().size(),
                        CatalogJson.write(table))));
    CatalogDocuments documents =
        new CatalogDocuments(
            tables,
            List.of(
                new CatalogDescribed(
                    "m", 1, 1, "source", CatalogJson.write(from.withTables(List.of()))),
                new CatalogDescribed("m", 1, 1, "target", CatalogJson.write(to))),
            new AnalysisCompleted("m", 1, 1, tables.size(), 0L, 0L, CatalogJson.digest(from)));
    PlanMigration task = filled(new PlanMigration());
    put(task, "plan", 1);
    put(task, "analysis", 1);
    put(task, "analysisAttempt", 1);
    new ArchitectHandler(access, (migration, analysis, attempt) -> documents).handle(task, this);
    completed = Optional.of(last(PlanCompleted.class));
    for (SpecificRecord report : reports) {
      if (report instanceof TablePlanned table) {
        planned.add(table);
        plans.add(PlanJson.readTable(table.getDefinition()));
      }
    }
  }

  private void move(WorkerHandler worker) throws Exception {
    give(worker, new PrepareTarget());
    List<GroupMember> group = new ArrayList<>();
    List<TablePlan> alone = new ArrayList<>();
    for (TablePlan plan : plans) {
      if (grouped && planned.get(plan.index()).getSmall()) {
        group.add(new GroupMember(plan.index(), 1));
      } else {
        alone.add(plan);
      }
    }
    if (!group.isEmpty()) {
      MoveGroup task = filled(new MoveGroup());
      put(task, "members", group);
      put(task, "batchRows", 1_000L);
      worker.handle(task, this);
    }
    for (TablePlan plan : alone) {
      give(worker, of(new PrepareTable(), plan));
      int chunks = last(TablePrepared.class).getChunks();
      mostChunks = Math.max(mostChunks, chunks);
      for (int chunk = 0; chunk < chunks; chunk++) {
        CopyChunk task = of(new CopyChunk(), plan);
        put(task, "chunk", chunk);
        put(task, "batchRows", 1_000L);
        give(worker, task);
      }
      give(worker, of(new CheckTable(), plan));
      give(worker, of(new CompleteTable(), plan));
    }
    for (TablePlan plan : plans) {
      if (!plan.foreignKeys().isEmpty()) {
        give(worker, of(new AddForeignKeys(), plan));
      }
    }
    give(worker, new FinishTarget());
  }

  private List<String> validated(ValidatorHandler validator) throws Exception {
    List<String> differences = new ArrayList<>();
    for (TablePlan plan : plans) {
      give(validator, of(new ValidateTable(), plan));
      TableValidated found = last(TableValidated.class);
      if (found.getOutcome() != Outcome.PASSED) {
        differences.add(
            "rows of %s: %s in the source, %s in the target"
                .formatted(
                    plan.source(),
                    found.getEvidence().getSourceDigest(),
                    found.getEvidence().getTargetDigest()));
      }
    }
    give(validator, new ValidateReferences());
    ReferencesValidated references = last(ReferencesValidated.class);
    if (references.getResult().getOutcome() == Outcome.FAILED) {
      differences.addAll(references.getResult().getDifferences());
    }
    return differences;
  }

  private void give(TaskHandler handler, SpecificRecord task) throws Exception {
    handler.handle(filled(task), this);
  }

  private <T extends SpecificRecord> T of(T task, TablePlan plan) {
    put(task, "table", plan.source().toString());
    put(task, "tableIndex", plan.index());
    put(task, "epoch", 1);
    return task;
  }

  private <T extends SpecificRecord> T filled(T task) {
    put(task, "migrationId", "m");
    put(task, "taskId", "t");
    put(task, "attempt", 1);
    put(task, "source", reference(source));
    put(task, "target", reference(target));
    put(task, "planDigest", completed.map(PlanCompleted::getPlanDigest).orElse(""));
    put(task, "installation", "here");
    put(task, "options", options);
    put(task, "snapshot", 1);
    put(task, "snapshotId", snapshotId);
    return task;
  }

  private static void put(SpecificRecord task, String field, Object value) {
    var found = task.getSchema().getField(field);
    if (found != null) {
      task.put(found.pos(), value);
    }
  }

  private static DatabaseReference reference(PostgresServer.Endpoint database) {
    return DatabaseReference.newBuilder().setUri(database.uri()).setPasswordReference(null).build();
  }

  private static Catalog catalog(PostgresServer.Endpoint database) throws Exception {
    try (Connection connection = database.connect()) {
      return CatalogReader.read(connection, CatalogScope.ALL);
    }
  }

  private <T> T last(Class<T> type) {
    return type.cast(reports.getLast());
  }

  private static SigningKey key() {
    try {
      Path directory = Files.createTempDirectory("sensei-key");
      return SigningKey.openOrCreate(directory);
    } catch (Exception failed) {
      throw new IllegalStateException("no key to sign with could be made", failed);
    }
  }

  @Override
  public PlanDocuments plan(String migrationId, String planDigest) {
    PlanCompleted whole = completed.orElseThrow();
    return new PlanDocuments(
        planned.stream()
            .map(
                table ->
                    dev.sensei.schemas.event.TablePlanned.newBuilder()
                        .setMigrationId("m")
                        .setAttempt(1)
                        .setPlan(1)
                        .setTable(table.getTable())
                        .setTableIndex(table.getTableIndex())
                        .setTargetTable(table.getTargetTable())
                        .setPhase(table.getPhase())
                        .setDependsOn(table.getDependsOn())
                        .setRowEstimate(table.getRowEstimate())
                        .setByteEstimate(table.getByteEstimate())
                        .setForeignKeys(table.getForeignKeys())
                        .setConfidence(table.getConfidence())
                        .setDefinition(table.getDefinition())
                        .build())
            .toList(),
        dev.sensei.schemas.event.PlanCompleted.newBuilder()
            .setMigrationId("m")
            .setAttempt(1)
            .setPlan(1)
            .setPlanDigest(whole.getPlanDigest())
            .setTables(whole.getTables())
            .setPhases(whole.getPhases())
            .setRowEstimate(0)
            .setByteEstimate(0)
            .setEstimatedSeconds(0)
            .setConfidence(whole.getConfidence())
            .setFlaggedMappings(whole.getFlaggedMappings())
            .setExceptions(whole.getExceptions())
            .setRisks(whole.getRisks())
            .setDefinition(whole.getDefinition())
            .build());
  }

  @Override
  public long forEach(String migrationId, Consumer<JournalRecord> each) {
    return 0;
  }

  @Override
  public void forEachUntil(String migrationId, String awaited, Predicate<JournalRecord> isLast) {
    throw new IllegalStateException("nothing here waits for " + awaited);
  }

  @Override
  public TaskIdentity task() {
    return new TaskIdentity("m", "t", 1);
  }

  @Override
  public String agentName() {
    return "agent@test";
  }

  @Override
  public Instant handedOut() {
    return Instant.EPOCH;
  }

  @Override
  public int deliveryCount() {
    return 1;
  }

  @Override
  public Optional<MigrationStatus> migration() {
    return Optional.empty();
  }

  @Override
  public boolean cancelled() {
    return false;
  }

  @Override
  public void reportAll(List<? extends SpecificRecord> sent) {
    reports.addAll(sent);
  }

  @Override
  public void progress(SpecificRecord progress) {}
}
