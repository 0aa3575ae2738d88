package dev.sensei.agents.validator;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskIdentity;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.databases.CancellableQueries;
import dev.sensei.agents.databases.CancellableQueries.Query;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.journal.ApprovedPlans;
import dev.sensei.agents.journal.Journal;
import dev.sensei.agents.plan.ColumnReading;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableReading;
import dev.sensei.agents.validator.JoinedRows.Others;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.RowVersion;
import dev.sensei.databases.digest.CanonicalDigest;
import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.databases.digest.ContentDigest;
import dev.sensei.databases.digest.DifferenceFinder;
import dev.sensei.databases.digest.DifferenceSettings;
import dev.sensei.databases.digest.DifferenceSubject;
import dev.sensei.databases.digest.Differences;
import dev.sensei.databases.digest.DigestMethod;
import dev.sensei.databases.digest.DigestSubject;
import dev.sensei.databases.digest.DigestSubject.Writer;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.ledger.Decisions;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.TableKey;
import dev.sensei.databases.snapshot.SnapshotSession;
import dev.sensei.schemas.common.DatabaseReference;
import dev.sensei.schemas.common.GroupMember;
import dev.sensei.schemas.common.Outcome;
import dev.sensei.schemas.common.RowHash;
import dev.sensei.schemas.common.TableEvidence;
import dev.sensei.schemas.report.TableValidated;
import dev.sensei.schemas.task.ValidateGroup;
import dev.sensei.schemas.task.ValidateTable;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a table on both sides and compares what the rows add up to: the source's with the approved
 * transformation applied, the target's as they are. A difference is narrowed down to rows.
 */
final class TableValidation {
  private static final String SESSION = "sensei-validator";
  private static final int HMAC_KEY_BYTES = 32;

  private final DatabaseAccess databases;
  private final ApprovedPlans plans;
  private final Journal journal;
  private final JoinedRows joined = new JoinedRows();
  private final SecureRandom random = new SecureRandom();
  private final byte[] hmacKey = new byte[HMAC_KEY_BYTES];

  TableValidation(DatabaseAccess databases, ApprovedPlans plans, Journal journal) {
    this.journal = journal;
    this.databases = databases;
    this.plans = plans;
    random.nextBytes(hmacKey);
  }

  void validate(ValidateTable task, TaskContext context) throws Exception {
    ApprovedPlan plan = plans.plan(task.getMigrationId(), task.getPlanDigest());
    validate(
        new Reading(
            task.getSource(), task.getTarget(), task.getSnapshot(), task.getSnapshotId(), context),
        plan.migration().rowHash(),
        List.of(part(plan, task.getTableIndex(), task.getEpoch())));
  }

  /** Several small tables, with one query on either side. */
  void validate(ValidateGroup task, TaskContext context) throws Exception {
    ApprovedPlan plan = plans.plan(task.getMigrationId(), task.getPlanDigest());
    List<Part> parts = new ArrayList<>();
    for (GroupMember member : task.getMembers()) {
      parts.add(part(plan, member.getTableIndex(), member.getEpoch()));
    }
    validate(
        new Reading(
            task.getSource(), task.getTarget(), task.getSnapshot(), task.getSnapshotId(), context),
        plan.migration().rowHash(),
        parts);
  }

  private static Part part(ApprovedPlan plan, int tableIndex, int epoch) throws TaskFailure {
    TablePlan table = plan.table(tableIndex);
    return new Part(table, plan.reading(table), epoch, plan.joinsOthers(table));
  }

  private void validate(Reading reading, RowHash rowHash, List<Part> parts) throws Exception {
    TaskContext context = reading.context();
    context.reportAll(
        compare(reading, rowHash, parts).stream().map(found -> report(found, context)).toList());
  }

  /** Where to read, and under what. */
  private record Reading(
      DatabaseReference source,
      DatabaseReference target,
      int snapshot,
      String snapshotId,
      TaskContext context) {}

  /**
   * A table to read.
   *
   * @param reading how values are read in the source, repaired as the worker repairs them
   * @param joinsOthers whether its rows joined those of others in the target
   */
  private record Part(TablePlan plan, TableReading reading, int epoch, boolean joinsOthers) {
    boolean holdsRows() {
      return plan.definition().holdsRows();
    }

    String targetToCompare(String target) {
      return plan.columns().stream()
          .filter(column -> column.target().equals(target))
          .findFirst()
          .map(ColumnReading::targetToCompare)
          .orElseThrow(() -> new IllegalArgumentException("not copied: " + target));
    }

    DigestSubject source(SetAsideRows setAside) {
      return new DigestSubject(plan.source(), true, reading.compareSql(), ChunkBounds.WHOLE_TABLE)
          .without(setAside.leftOut());
    }

    DigestSubject target(Optional<Others> others, SetAsideRows setAside) {
      DigestSubject all =
          new DigestSubject(
              plan.target(),
              true,
              plan.columns().stream().map(ColumnReading::targetToCompare).toList(),
              ChunkBounds.WHOLE_TABLE);
      if (!setAside.corrections().isEmpty()) {
        return all.by(new Writer.NoneOf(setAside.corrections()));
      }
      return others.map(other -> all.by(new Writer.Transaction(other.ours()))).orElse(all);
    }
  }

  private Map<Part, Others> others(
      Connection target, List<Part> parts, EarlierValidations earlier, TaskContext context)
      throws TaskFailure, TaskReleasedException {
    Map<Part, Others> all = new HashMap<>();
    for (Part part : parts) {
      if (part.joinsOthers()) {
        context.throwIfCancelled();
        all.put(
            part,
            joined.others(
                target,
                context.task().migrationId(),
                part.plan().target(),
                earlier.of(part.plan().index(), part.epoch())));
      }
    }
    return all;
  }

  private static SetAsideRows of(Map<Part, SetAsideRows> all, Part part) {
    return all.getOrDefault(part, SetAsideRows.NONE);
  }

  /** What was set aside of each table, as the source is seen. */
  private static Map<Part, SetAsideRows> setAside(
      Connection source,
      Connection target,
      List<Part> parts,
      EarlierValidations earlier,
      String migrationId) {
    boolean byLedger = new LedgerMarks(LedgerSettings.DEFAULT).isInstalled(target, migrationId);
    if (byLedger) {
      new Decisions(LedgerSettings.DEFAULT).endAll(target, migrationId);
    }
    Map<Part, SetAsideRows> all = new HashMap<>();
    for (Part part : parts) {
      SetAsideRows rows =
          byLedger
              ? SetAsideRows.byLedger(
                  target, new TableKey(migrationId, part.plan().target()), part.epoch())
              : earlier
                  .of(part.plan().index(), part.epoch())
                  .map(SetAsideRows::of)
                  .orElse(SetAsideRows.NONE);
      all.put(part, rows.under(visible(source, part.plan().source(), rows.inDoubt())));
    }
    return all;
  }

  /** Those of the rows that the source has. */
  private static Set<RowVersion> visible(
      Connection source, TableName table, List<RowVersion> rows) {
    Set<RowVersion> found = new HashSet<>();
    if (!rows.isEmpty()) {
      DatabaseErrors.run(
          "looking for rows of " + table,
          () -> {
            try (Statement statement = source.createStatement();
                ResultSet row =
                    statement.executeQuery(
                        "SELECT %s FROM ONLY %s WHERE %s"
                            .formatted(RowVersion.SQL, table.quoted(), RowVersion.in(rows)))) {
              while (row.next()) {
                found.add(RowVersion.parse(row.getString(1), row.getString(2)));
              }
            }
          });
    }
    return found;
  }

  /**
   * What was read of it.
   *
   * @param setAsideExist whether the source has every row that is said to be set aside
   */
  private record Found(Part part, TableEvidence evidence, boolean setAsideExist) {}

  private static TableValidated report(Found found, TaskContext context) {
    TableEvidence evidence = found.evidence();
    boolean equal =
        evidence.getSourceDigest().equals(evidence.getTargetDigest()) && found.setAsideExist();
    TaskIdentity task = context.task();
    return TableValidated.newBuilder()
        .setMigrationId(task.migrationId())
        .setTaskId(task.taskId())
        .setAttempt(task.attempt())
        .setAgent(context.agentName())
        .setTable(found.part().plan().source().toString())
        .setTableIndex(found.part().plan().index())
        .setEpoch(found.part().epoch())
        .setOutcome(equal ? Outcome.PASSED : Outcome.FAILED)
        .setEvidence(evidence)
        .build();
  }

  private List<Found> compare(Reading reading, RowHash rowHash, List<Part> parts) throws Exception {
    List<Part> withRows = parts.stream().filter(Part::holdsRows).toList();
    List<Found> all = new ArrayList<>();
    parts.stream()
        .filter(part -> !part.holdsRows())
        .forEach(
            part ->
                all.add(
                    new Found(
                        part,
                        evidence(reading, ContentDigest.EMPTY, ContentDigest.EMPTY, "", List.of()),
                        true)));
    if (withRows.isEmpty()) {
      return all;
    }
    try (Connection source =
            databases.connections(reading.source(), DatabaseRole.SOURCE).open(SESSION);
        Connection target =
            databases.connections(reading.target(), DatabaseRole.TARGET).open(SESSION)) {
      String migrationId = reading.context().task().migrationId();
      EarlierValidations earlier = new EarlierValidations(journal, migrationId);
      Map<Part, Others> others = others(target, withRows, earlier, reading.context());
      CanonicalSession.pin(source);
      SnapshotSession.adopt(source, reading.snapshotId());
      Map<Part, SetAsideRows> setAside = setAside(source, target, withRows, earlier, migrationId);
      List<DigestSubject> sourceSubjects =
          withRows.stream().map(part -> part.source(of(setAside, part))).toList();
      List<DigestSubject> targetSubjects =
          withRows.stream()
              .map(part -> part.target(Optional.ofNullable(others.get(part)), of(setAside, part)))
              .toList();
      CanonicalSession.pin(target);
      CanonicalDigest digest =
          new CanonicalDigest(
              rowHash == RowHash.FAST
                  ? DigestMethod.fastest(source, target, random)
                  : DigestMethod.SHA_256);
      List<List<ContentDigest>> found =
          CancellableQueries.ask(
              reading.context()::cancelled,
              List.of(
                  new Query<>(source, () -> digest.computeAll(source, sourceSubjects)),
                  new Query<>(target, () -> digest.computeAll(target, targetSubjects))));
      for (int at = 0; at < withRows.size(); at++) {
        ContentDigest left = found.getFirst().get(at);
        ContentDigest right = found.getLast().get(at);
        Part part = withRows.get(at);
        SetAsideRows aside = of(setAside, part);
        List<String> differences = new ArrayList<>(aside.differences());
        if (!left.equals(right)) {
          differences.addAll(
              differences(source, sourceSubjects.get(at), target, targetSubjects.get(at), part));
        }
        TableEvidence evidence =
            aside.on(
                evidence(reading, left, right, digest.sqlFor(targetSubjects.get(at)), differences));
        all.add(
            new Found(
                part,
                Optional.ofNullable(others.get(part))
                    .map(other -> other.on(evidence))
                    .orElse(evidence),
                aside.gone() == 0));
      }
      return all;
    }
  }

  private List<String> differences(
      Connection source,
      DigestSubject sourceSubject,
      Connection target,
      DigestSubject targetSubject,
      Part part) {
    TablePlan plan = part.plan();
    List<String> key =
        plan.definition().primaryKey().stream()
            .flatMap(primary -> primary.columns().stream())
            .filter(name -> plan.columns().stream().anyMatch(each -> each.target().equals(name)))
            .toList();
    Differences found =
        new DifferenceFinder(DifferenceSettings.DEFAULT, hmacKey)
            .find(
                source,
                new DifferenceSubject(
                    sourceSubject, key.stream().map(part.reading()::compareSql).toList()),
                target,
                new DifferenceSubject(
                    targetSubject, key.stream().map(part::targetToCompare).toList()));
    return found.rows().stream()
        .map(row -> row.kind().name().toLowerCase(Locale.ROOT) + " " + row.keyHmac())
        .toList();
  }

  private static TableEvidence evidence(
      Reading reading,
      ContentDigest source,
      ContentDigest target,
      String sql,
      List<String> differences) {
    return TableEvidence.newBuilder()
        .setSourceRows(source.rows())
        .setTargetRows(target.rows())
        .setSourceDigest(source.text())
        .setTargetDigest(target.text())
        .setSql(sql)
        .setSnapshot(reading.snapshot())
        .setDifferences(differences)
        .build();
  }
}
