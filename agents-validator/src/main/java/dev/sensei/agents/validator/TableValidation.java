package dev.sensei.agents.validator;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.ApprovedPlans;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.ColumnReading;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.digest.CanonicalDigest;
import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.databases.digest.ContentDigest;
import dev.sensei.databases.digest.DifferenceFinder;
import dev.sensei.databases.digest.DifferenceSettings;
import dev.sensei.databases.digest.DifferenceSubject;
import dev.sensei.databases.digest.Differences;
import dev.sensei.databases.digest.DigestMethod;
import dev.sensei.databases.digest.DigestSubject;
import dev.sensei.databases.snapshot.SnapshotSession;
import dev.sensei.schemas.common.Outcome;
import dev.sensei.schemas.common.TableEvidence;
import dev.sensei.schemas.report.TableValidated;
import dev.sensei.schemas.task.ValidateTable;
import java.security.SecureRandom;
import java.sql.Connection;
import java.util.List;

/**
 * Reads a table on both sides and compares what the rows add up to: the source's with the approved
 * transformation applied, the target's as they are. A difference is narrowed down to rows.
 */
final class TableValidation {
  private static final String SESSION = "sensei-validator";
  private static final int HMAC_KEY_BYTES = 32;

  private final DatabaseAccess databases;
  private final ApprovedPlans plans;
  private final CanonicalDigest digest = new CanonicalDigest(DigestMethod.SHA_256);
  private final byte[] hmacKey = new byte[HMAC_KEY_BYTES];

  TableValidation(DatabaseAccess databases, ApprovedPlans plans) {
    this.databases = databases;
    this.plans = plans;
    new SecureRandom().nextBytes(hmacKey);
  }

  void validate(ValidateTable task, TaskContext context) throws Exception {
    TablePlan plan =
        plans.plan(task.getMigrationId(), task.getPlanDigest()).table(task.getTableIndex());
    TableEvidence evidence =
        plan.definition().holdsRows()
            ? compare(task, plan, context)
            : evidence(task, ContentDigest.EMPTY, ContentDigest.EMPTY, "", List.of());
    boolean equal = evidence.getSourceDigest().equals(evidence.getTargetDigest());
    context.report(
        TableValidated.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setTable(task.getTable())
            .setTableIndex(task.getTableIndex())
            .setEpoch(task.getEpoch())
            .setOutcome(equal ? Outcome.PASSED : Outcome.FAILED)
            .setEvidence(evidence)
            .build());
  }

  private TableEvidence compare(ValidateTable task, TablePlan plan, TaskContext context)
      throws Exception {
    DigestSubject sourceSubject =
        new DigestSubject(plan.source(), true, sourceExpressions(plan), ChunkBounds.WHOLE_TABLE);
    DigestSubject targetSubject =
        DigestSubject.ofColumns(
            plan.target(), plan.columns().stream().map(ColumnMapping::target).toList());
    try (Connection source =
            databases.connections(task.getSource(), DatabaseRole.SOURCE).open(SESSION);
        Connection target =
            databases.connections(task.getTarget(), DatabaseRole.TARGET).open(SESSION)) {
      CanonicalSession.pin(source);
      SnapshotSession.adopt(source, task.getSnapshotId());
      CanonicalSession.pin(target);
      BothSides.Answers<ContentDigest> found =
          new BothSides(source, target, context::cancelled)
              .ask(
                  () -> digest.compute(source, sourceSubject),
                  () -> digest.compute(target, targetSubject));
      ContentDigest left = found.source();
      ContentDigest right = found.target();
      List<String> differences =
          left.equals(right)
              ? List.of()
              : differences(source, sourceSubject, target, targetSubject, plan);
      return evidence(task, left, right, digest.sqlFor(targetSubject), differences);
    }
  }

  private List<String> differences(
      Connection source,
      DigestSubject sourceSubject,
      Connection target,
      DigestSubject targetSubject,
      TablePlan plan) {
    List<ColumnMapping> key =
        plan.definition().primaryKey().stream()
            .flatMap(primary -> primary.columns().stream())
            .flatMap(name -> plan.columns().stream().filter(column -> column.target().equals(name)))
            .toList();
    Differences found =
        new DifferenceFinder(DifferenceSettings.DEFAULT, hmacKey)
            .find(
                source,
                new DifferenceSubject(
                    sourceSubject, key.stream().map(ColumnReading::toCompare).toList()),
                target,
                new DifferenceSubject(
                    targetSubject,
                    key.stream().map(column -> SqlIdentifier.quote(column.target())).toList()));
    return found.rows().stream()
        .map(row -> row.kind().name().toLowerCase(java.util.Locale.ROOT) + " " + row.keyHmac())
        .toList();
  }

  private static List<String> sourceExpressions(TablePlan plan) {
    return plan.columns().stream().map(ColumnReading::toCompare).toList();
  }

  private static TableEvidence evidence(
      ValidateTable task,
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
        .setSnapshot(task.getSnapshot())
        .setDifferences(differences)
        .build();
  }
}
