package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.worker.Statements.Marked;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.ChunkCopier;
import dev.sensei.databases.copy.CopyCancelled;
import dev.sensei.databases.copy.CopySettings;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.ChunkWork;
import dev.sensei.databases.ledger.CreatedObject;
import dev.sensei.databases.ledger.GroupLedger;
import dev.sensei.databases.ledger.GroupOutcome;
import dev.sensei.databases.ledger.GroupWork;
import dev.sensei.databases.ledger.LedgerEntry;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.TableClaim;
import dev.sensei.databases.ledger.TableKey;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.GroupMember;
import dev.sensei.schemas.report.GroupTableMoved;
import dev.sensei.schemas.task.MoveGroup;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Moves several small tables that the migration makes: rows, keys, indexes and statistics of all of
 * them in one transaction of the target. Where one of them is at fault, none is moved, and the
 * orchestrator lets each go on by itself.
 */
final class GroupMove {
  private static final int SMALL_BUFFER_BYTES = 64 << 10;

  /** A table that has grown beyond this since it was planned goes alone, in chunks. */
  private static final long MOST_BYTES = 16L << 20;

  private static final String SIZES =
      "SELECT name, pg_catalog.pg_table_size(name::pg_catalog.regclass) FROM pg_catalog.unnest(?)"
          + " AS name";

  private final WorkTools tools;
  private final GroupLedger ledger = new GroupLedger(LedgerSettings.DEFAULT);
  private final ChunkCopier copier =
      new ChunkCopier(new CopySettings(SMALL_BUFFER_BYTES, 2, CopySettings.DEFAULT.stopWait()));

  GroupMove(WorkTools tools) {
    this.tools = tools;
  }

  /** A table of the group. */
  private record Part(TablePlan plan, int epoch) {}

  void move(MoveGroup task, TaskContext context) throws Exception {
    ApprovedPlan approved = tools.plans().plan(task.getMigrationId(), task.getPlanDigest());
    Map<TableKey, Part> parts = new LinkedHashMap<>();
    for (GroupMember member : task.getMembers()) {
      TablePlan plan = approved.table(member.getTableIndex());
      parts.put(
          new TableKey(task.getMigrationId(), plan.target()), new Part(plan, member.getEpoch()));
    }
    Map<TableKey, Part> stillSmall = stillSmall(task, parts);
    Instant started = Instant.now();
    GroupOutcome outcome;
    Map<TableKey, Long> counts;
    try (Sessions.Lease lease = tools.sessions().target(task.getTarget())) {
      Connection target = lease.connection();
      List<TableClaim> claimed = claim(target, task, stillSmall);
      context.throwIfCancelled();
      outcome =
          ledger.copyOnce(
              target,
              claimed,
              task.getSnapshot(),
              context.agentName(),
              (session, tables) -> write(session, task, context, approved, parts, tables));
      counts = count(target, parts, outcome.entries().keySet());
      lease.done();
    } catch (CopyCancelled cancelled) {
      throw new TaskReleasedException("the tables were stopped; nothing of them is written");
    }
    List<GroupTableMoved> reports = new ArrayList<>();
    parts.forEach(
        (key, part) ->
            Optional.ofNullable(outcome.entries().get(key))
                .ifPresent(
                    entry ->
                        reports.add(
                            report(
                                task,
                                context,
                                part,
                                entry,
                                started,
                                counts.getOrDefault(key, 0L)))));
    Failpoint.BEFORE_REPORT.hit();
    context.reportAll(reports);
    if (reports.size() < parts.size()) {
      throw new TaskFailure(
          FailureClass.CONFIGURATION,
          "NOT_IN_GROUP",
          "%d of %d tables cannot be moved together with the others"
              .formatted(parts.size() - reports.size(), parts.size()));
    }
  }

  /** Tables are planned by what they were when the source was analysed. */
  private Map<TableKey, Part> stillSmall(MoveGroup task, Map<TableKey, Part> parts) {
    List<String> names =
        parts.values().stream().map(part -> part.plan().source().quoted()).toList();
    Map<String, Long> sizes = new HashMap<>();
    try (Sessions.Lease reading = tools.sessions().source(task.getSource(), task.getSnapshotId())) {
      DatabaseErrors.run(
          "measuring %d tables".formatted(names.size()),
          () -> {
            try (PreparedStatement statement = reading.connection().prepareStatement(SIZES)) {
              statement.setArray(
                  1, reading.connection().createArrayOf("text", names.toArray(String[]::new)));
              try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                  sizes.put(row.getString(1), row.getLong(2));
                }
              }
            }
          });
      reading.done();
    }
    Map<TableKey, Part> small = new LinkedHashMap<>(parts);
    small
        .values()
        .removeIf(part -> sizes.getOrDefault(part.plan().source().quoted(), 0L) > MOST_BYTES);
    return small;
  }

  /** Takes the tables; those that are ours at the epoch asked for. */
  private List<TableClaim> claim(Connection target, MoveGroup task, Map<TableKey, Part> parts) {
    List<TableClaim> wanted = new ArrayList<>();
    parts.forEach(
        (key, part) -> {
          if (!part.plan().created()) {
            throw new IllegalArgumentException(
                "%s is not made by the migration".formatted(part.plan().target()));
          }
          wanted.add(
              new TableClaim(
                  key, task.getInstallation(), part.plan().index(), part.epoch(), 0, true));
        });
    Map<TableKey, TableClaim> held = ledger.claim(target, wanted, task.getSnapshot());
    return wanted.stream()
        .filter(
            claim ->
                Optional.ofNullable(held.get(claim.key()))
                    .filter(now -> now.key().equals(claim.key()) && now.epoch() == claim.epoch())
                    .isPresent())
        .toList();
  }

  private GroupWork.Done write(
      Connection target,
      MoveGroup task,
      TaskContext context,
      ApprovedPlan approved,
      Map<TableKey, Part> parts,
      List<TableKey> tables)
      throws SQLException {
    Map<TableKey, ChunkWork.Written> written = new HashMap<>();
    try (Sessions.Lease reading = tools.sessions().source(task.getSource(), task.getSnapshotId())) {
      for (TableKey key : tables) {
        written.put(
            key,
            ChunkWork.Written.clean(
                copier.copy(
                    reading.connection(),
                    target,
                    ChunkCopy.spec(
                        approved,
                        part(parts, key).plan(),
                        key.table(),
                        ChunkBounds.WHOLE_TABLE,
                        Math.toIntExact(task.getBatchRows())),
                    (rows, bytes) -> {},
                    context::cancelled)));
      }
      reading.done();
    }
    List<CreatedObject> marks = new ArrayList<>();
    try (Statement run = target.createStatement()) {
      Statements.prepare(run);
      for (TableKey key : tables) {
        if (context.cancelled()) {
          throw new CopyCancelled();
        }
        TablePlan plan = part(parts, key).plan();
        List<Marked> statements = statements(plan);
        List<String> sql = new ArrayList<>();
        for (Marked each : statements) {
          marks.add(each.mark());
          sql.add(each.statement().sql());
        }
        sql.add("ANALYZE " + plan.target().quoted());
        run.execute(String.join("; ", sql));
        if (statements.stream().anyMatch(each -> each.statement().buildsIndex())) {
          Failpoint.MID_INDEX_BUILD.hit();
        }
      }
    }
    return new GroupWork.Done(written, marks);
  }

  /** All that follows a table's rows, marked as the table's own tasks would. */
  private static List<Marked> statements(TablePlan plan) {
    List<Marked> all =
        new ArrayList<>(Marked.of(TableBuild.mark(TableBuild.KEYS, plan.index()), plan.keys()));
    all.addAll(Marked.of(TableBuild.mark(TableBuild.INDEXES, plan.index()), plan.indexes()));
    return all;
  }

  private static Part part(Map<TableKey, Part> parts, TableKey key) {
    return Optional.ofNullable(parts.get(key))
        .orElseThrow(() -> new IllegalStateException("not of the group: " + key));
  }

  /** What the tables hold now, whoever wrote it. */
  private static Map<TableKey, Long> count(
      Connection target, Map<TableKey, Part> parts, Set<TableKey> tables) {
    if (tables.isEmpty()) {
      return Map.of();
    }
    List<TableKey> order = List.copyOf(tables);
    List<String> selects = new ArrayList<>();
    for (int at = 0; at < order.size(); at++) {
      TableName table = part(parts, order.get(at)).plan().target();
      selects.add("SELECT %d, pg_catalog.count(*) FROM ONLY %s".formatted(at, table.quoted()));
    }
    return DatabaseErrors.call(
        "counting the rows of %d tables".formatted(order.size()),
        () -> {
          Map<TableKey, Long> counts = new HashMap<>();
          try (Statement statement = target.createStatement();
              ResultSet row = statement.executeQuery(String.join(" UNION ALL ", selects))) {
            while (row.next()) {
              counts.put(order.get(row.getInt(1)), row.getLong(2));
            }
          }
          return counts;
        });
  }

  private static GroupTableMoved report(
      MoveGroup task,
      TaskContext context,
      Part part,
      LedgerEntry entry,
      Instant started,
      long targetRows) {
    TablePlan plan = part.plan();
    List<String> built = new ArrayList<>(Statements.objects(statements(plan)));
    built.add("statistics of " + plan.target());
    return GroupTableMoved.newBuilder()
        .setMigrationId(task.getMigrationId())
        .setTaskId(task.getTaskId())
        .setAttempt(task.getAttempt())
        .setAgent(context.agentName())
        .setTable(plan.source().toString())
        .setTableIndex(plan.index())
        .setEpoch(part.epoch())
        .setRowEstimate(plan.rowEstimate())
        .setRowsBefore(0)
        .setCreated(true)
        .setEvidence(ChunkCopy.evidence(entry, started))
        .setTargetRows(targetRows)
        .setBuilt(built)
        .build();
  }
}
