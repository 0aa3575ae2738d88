package dev.sensei.orchestrator.fold;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Agents that do what they are asked at once and without fault, with a ledger in which a chunk
 * counts once. What they are to find is set before a run.
 */
final class Agents {
  static final String WHO = "worker@host/1";
  static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");

  /** A table of the world that they work on. */
  record Shape(int chunks, boolean foreignKeys, boolean small, List<Integer> dependsOn) {
    Shape(int chunks, boolean foreignKeys, List<Integer> dependsOn) {
      this(chunks, foreignKeys, false, dependsOn);
    }

    /** One that may be done in one go with others. */
    static Shape small(boolean foreignKeys) {
      return new Shape(1, foreignKeys, true, List.of());
    }
  }

  final List<Shape> shapes;
  final List<PlanException> exceptions = new ArrayList<>();
  final Map<Integer, Set<Integer>> ledger = new HashMap<>();
  final Map<Integer, Long> setAside = new HashMap<>();
  final List<RowDeviation> deviations = new ArrayList<>();
  TableErrors resolved = new TableErrors(0, name(0), 0, 0, 0, 0, 0, 0);

  /** The error queue by table, where rows are decided about one by one. */
  final Map<Integer, TableErrors> queue = new HashMap<>();

  boolean keepsQueue;
  final Set<Integer> wrongTables = new HashSet<>();

  /** Tables whose foreign keys lack rows that were set aside. */
  final Set<Integer> orphaned = new HashSet<>();

  final Map<Integer, Integer> claims = new HashMap<>();
  String catalogDigest = "catalog-1";
  String catalogSeenByKeeper = "catalog-1";
  String visibility = "700:700:";
  int snapshots;
  long rowsTooMany;

  Agents(List<Shape> shapes) {
    this.shapes = shapes;
  }

  static Agents of(int tables, int chunks) {
    return new Agents(
        IntStream.range(0, tables).mapToObj(i -> new Shape(chunks, false, List.of())).toList());
  }

  static String name(int table) {
    return "public.t" + table;
  }

  /** Whether a task is of an older epoch: its transaction sees the claim and stops. */
  private boolean superseded(int table, int epoch) {
    return epoch < claims.getOrDefault(table, 0);
  }

  /** A crash of the target undoes a chunk whose commit was asynchronous. */
  void lose(int table, int chunk) {
    ledger.getOrDefault(table, new HashSet<>()).remove(chunk);
  }

  private void claim(int table, int epoch) {
    if (epoch > claims.getOrDefault(table, 0)) {
      claims.put(table, epoch);
      ledger.put(table, new HashSet<>());
      queue.remove(table);
    }
  }

  /** Skips all that are open; of those tried again one is taken, one corrected, and others wait. */
  private List<TableErrors> decided(World world, ErrorResolution resolution) {
    setAside.forEach(
        (table, rows) -> {
          if (world.tables.containsKey(table) && world.table(table).state() == TableRunState.DONE) {
            queue.merge(
                table,
                decided(new TableErrors(table, name(table), rows, 0, 0, 0, 0, 0), resolution),
                (before, first) -> decided(before, resolution));
          }
        });
    return queue.values().stream()
        .sorted(Comparator.comparingInt(TableErrors::tableIndex))
        .toList();
  }

  private static TableErrors decided(TableErrors rows, ErrorResolution resolution) {
    boolean skip = resolution.action() == ErrorAction.SKIP;
    long retried = skip ? 0 : Math.min(1, rows.open());
    long corrected = skip ? 0 : Math.min(1, rows.open() - retried);
    return new TableErrors(
        rows.tableIndex(),
        rows.table(),
        skip ? 0 : rows.open() - retried - corrected,
        rows.skipped() + (skip ? rows.open() : 0),
        rows.retried() + retried,
        rows.corrected() + corrected,
        rows.withdrawn(),
        rows.fetched());
  }

  List<Report> answer(World world, Task task) {
    Optional<TaskKey> key = TaskKey.parse(World.ID, task.taskId());
    if (key.filter(k -> k.tableIndex() >= 0 && superseded(k.tableIndex(), k.epoch())).isPresent()) {
      return List.of(failed(task, FailureClass.SUPERSEDED, "EPOCH"));
    }
    MigrationId id = task.migrationId();
    TaskId on = task.taskId();
    int n = task.attempt();
    return switch (task) {
      case Task.AnalyzeDatabases t -> analyzed(t);
      case Task.PlanMigration t -> planned(t);
      case Task.KeepSnapshot _ -> List.of(exported(task));
      case Task.PrepareTarget _ ->
          List.of(new Report.TargetPrepared(id, on, n, WHO, List.of("ledger")));
      case Task.PrepareTable t -> {
        claim(t.tableIndex(), t.epoch());
        yield List.of(
            new Report.TablePrepared(
                id,
                on,
                n,
                WHO,
                t.table(),
                t.tableIndex(),
                t.epoch(),
                chunks(t.tableIndex()),
                10,
                0,
                true));
      }
      case Task.CopyChunk t -> List.of(copied(t));
      case Task.MoveGroup t ->
          current(t.members()).map(member -> (Report) moved(t, member)).toList();
      case Task.AddGroupForeignKeys t -> addForeignKeys(t);
      case Task.ValidateGroup t ->
          t.members().stream()
              .<Report>map(
                  member -> validated(t, member.tableIndex(), member.epoch(), t.snapshot()))
              .toList();
      case Task.CheckTable t -> List.of(checked(t));
      case Task.CompleteTable t ->
          List.of(
              new Report.TableCompleted(
                  id, on, n, WHO, t.table(), t.tableIndex(), t.epoch(), List.of("index")));
      case Task.AddForeignKeys t ->
          List.of(
              orphaned.contains(t.tableIndex())
                  ? failed(task, FailureClass.DATA, Errors.PARENTS_SET_ASIDE)
                  : new Report.ForeignKeysAdded(
                      id, on, n, WHO, t.table(), t.tableIndex(), t.epoch(), List.of("fk")));
      case Task.ResolveErrors t ->
          List.of(
              new Report.ErrorsResolved(
                  id, on, n, WHO, keepsQueue ? decided(world, t.resolution()) : List.of(resolved)));
      case Task.FinishTarget _ -> List.of(new Report.TargetFinished(id, on, n, WHO, List.of()));
      case Task.RollBackTable t -> {
        claim(t.tableIndex(), t.epoch());
        yield List.of(
            new Report.TableRolledBack(
                id, on, n, WHO, t.table(), t.tableIndex(), t.epoch(), List.of()));
      }
      case Task.RollBackTarget _ -> List.of(new Report.TargetRolledBack(id, on, n, WHO, List.of()));
      case Task.ReleaseTarget _ -> List.of(new Report.TargetReleased(id, on, n, WHO));
      case Task.ValidateTable t -> List.of(validated(t));
      case Task.ValidateReferences _ ->
          List.of(new Report.ReferencesValidated(id, on, n, WHO, passed(Perspective.REFERENTIAL)));
      case Task.ReconcileLedger _ ->
          List.of(new Report.LedgerReconciled(id, on, n, WHO, 1, 1, "digest", List.of()));
      case Task.ValidateStructure _ ->
          List.of(new Report.StructureValidated(id, on, n, WHO, passed(Perspective.STRUCTURAL)));
      case Task.CertifyMigration _ ->
          List.of(new Report.CertificateIssued(id, on, n, WHO, Verdict.CERTIFIED, "jws", "key"));
    };
  }

  /** Tables before the first whose foreign keys are refused have theirs. */
  private List<Report> addForeignKeys(Task.AddGroupForeignKeys t) {
    List<Report> reports = new ArrayList<>();
    for (GroupMember member : current(t.members()).toList()) {
      if (orphaned.contains(member.tableIndex())) {
        reports.add(failed(t, FailureClass.DATA, Errors.PARENTS_SET_ASIDE));
        return reports;
      }
      reports.add(
          new Report.ForeignKeysAdded(
              t.migrationId(),
              t.taskId(),
              t.attempt(),
              WHO,
              name(member.tableIndex()),
              member.tableIndex(),
              member.epoch(),
              List.of("fk")));
    }
    return reports;
  }

  private Stream<GroupMember> current(List<GroupMember> members) {
    return members.stream().filter(member -> !superseded(member.tableIndex(), member.epoch()));
  }

  private Report.GroupTableMoved moved(Task.MoveGroup t, GroupMember member) {
    int table = member.tableIndex();
    claim(table, member.epoch());
    ledger.computeIfAbsent(table, i -> new HashSet<>()).add(0);
    return new Report.GroupTableMoved(
        t.migrationId(),
        t.taskId(),
        t.attempt(),
        WHO,
        name(table),
        table,
        member.epoch(),
        10,
        0,
        true,
        new ChunkEvidence(0, t.snapshot(), 10, 100, "d", WHO, THEN, THEN, 0, List.of()),
        10 + rowsTooMany,
        List.of("pk"));
  }

  private int chunks(int table) {
    return shapes.get(table).chunks();
  }

  private List<Report> analyzed(Task.AnalyzeDatabases t) {
    List<Report> reports = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      reports.add(
          new Report.TableDescribed(
              t.migrationId(),
              t.taskId(),
              t.attempt(),
              WHO,
              t.analysis(),
              name(i),
              10,
              100,
              2,
              "{}"));
    }
    reports.add(
        new Report.CatalogDescribed(
            t.migrationId(), t.taskId(), t.attempt(), WHO, t.analysis(), "source", "{}"));
    reports.add(
        new Report.AnalysisCompleted(
            t.migrationId(),
            t.taskId(),
            t.attempt(),
            WHO,
            t.analysis(),
            shapes.size(),
            10,
            100,
            catalogDigest));
    return reports;
  }

  private List<Report> planned(Task.PlanMigration t) {
    List<Report> reports = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      Shape shape = shapes.get(i);
      reports.add(
          new Report.TablePlanned(
              t.migrationId(),
              t.taskId(),
              t.attempt(),
              WHO,
              t.plan(),
              name(i),
              i,
              name(i),
              1,
              shape.dependsOn(),
              10,
              100,
              shape.foreignKeys(),
              shape.small(),
              0.99,
              "{}"));
    }
    reports.add(
        new Report.PlanCompleted(
            t.migrationId(),
            t.taskId(),
            t.attempt(),
            WHO,
            t.plan(),
            "plan-" + t.plan(),
            shapes.size(),
            1,
            10,
            100,
            1,
            0.99,
            0,
            exceptions,
            List.of(),
            "{}"));
    return reports;
  }

  Report.SnapshotExported exported(Task task) {
    String snapshotId = "snapshot-" + ++snapshots;
    return new Report.SnapshotExported(
        task.migrationId(),
        task.taskId(),
        task.attempt(),
        WHO,
        new SnapshotEvidence(snapshotId, "0/1", visibility, "system", 1, 180000),
        catalogSeenByKeeper);
  }

  Report.ChunkCopied copied(Task.CopyChunk t) {
    boolean redelivered =
        !ledger.computeIfAbsent(t.tableIndex(), i -> new HashSet<>()).add(t.chunk());
    return new Report.ChunkCopied(
        t.migrationId(),
        t.taskId(),
        t.attempt(),
        WHO,
        t.table(),
        t.tableIndex(),
        t.epoch(),
        new ChunkEvidence(
            t.chunk(),
            t.snapshot(),
            10,
            100,
            "d",
            WHO,
            THEN,
            THEN,
            t.chunk() == 0 ? setAside.getOrDefault(t.tableIndex(), 0L) : 0,
            t.chunk() == 0 ? deviations : List.of()),
        redelivered);
  }

  Report.TableChecked checked(Task.CheckTable t) {
    Set<Integer> held = ledger.getOrDefault(t.tableIndex(), Set.of());
    List<Integer> missing =
        IntStream.range(0, t.chunks()).filter(c -> !held.contains(c)).boxed().toList();
    long rows = held.size() * 10L;
    return new Report.TableChecked(
        t.migrationId(),
        t.taskId(),
        t.attempt(),
        WHO,
        t.table(),
        t.tableIndex(),
        t.epoch(),
        rows,
        rows * 10,
        "sum",
        rows + rowsTooMany,
        missing,
        List.of("pk"),
        held.contains(0) ? setAside.getOrDefault(t.tableIndex(), 0L) : 0,
        held.contains(0) ? deviations : List.of());
  }

  Report.TableValidated validated(Task.ValidateTable t) {
    return validated(t, t.tableIndex(), t.epoch(), t.snapshot());
  }

  private Report.TableValidated validated(Task task, int table, int epoch, int snapshot) {
    boolean wrong = wrongTables.contains(table);
    return new Report.TableValidated(
        task.migrationId(),
        task.taskId(),
        task.attempt(),
        WHO,
        name(table),
        table,
        epoch,
        wrong ? CheckOutcome.FAILED : CheckOutcome.PASSED,
        new TableEvidence(
            10,
            10,
            "c",
            wrong ? "x" : "c",
            "select",
            snapshot,
            List.of(),
            "",
            "",
            0,
            0,
            "",
            List.of(),
            List.of()));
  }

  static PerspectiveResult passed(Perspective perspective) {
    return new PerspectiveResult(perspective, CheckOutcome.PASSED, 1, 1, List.of(), "compared");
  }

  static Report.TaskFailed failed(Task task, FailureClass failureClass, String code) {
    return new Report.TaskFailed(
        task.migrationId(),
        task.taskId(),
        task.attempt(),
        WHO,
        new Failure(failureClass, code, "it did not work", ""));
  }
}
