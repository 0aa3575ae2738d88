package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.digest.ContentDigest;
import dev.sensei.databases.digest.DigestSubject.Writer;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.RaiseOutcome;
import dev.sensei.databases.ledger.TableClaim;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.report.TableRolledBack;
import dev.sensei.schemas.report.TargetRolledBack;
import dev.sensei.schemas.task.RollBackTable;
import dev.sensei.schemas.task.RollBackTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Brings tables, and in the end the whole target, back to what they were. What cannot be taken away
 * is listed in the report, never passed over.
 *
 * <p>Once the ledger is released nobody can tell any more what in the target is the migration's and
 * what came later. Then nothing is taken away, and what the plan made and is still there is listed.
 */
final class Rollback {
  /** foreign_key_violation and restrict_violation, as servers call it. */
  private static final Set<String> REFERRED_TO = Set.of("23503", "23001");

  private final WorkTools tools;

  Rollback(WorkTools tools) {
    this.tools = tools;
  }

  void table(RollBackTable task, TaskContext context) throws Exception {
    TableTask table =
        tools.tableTask(
            context,
            task.getPlanDigest(),
            task.getTableIndex(),
            task.getEpoch(),
            task.getSource(),
            task.getTarget());
    TablePlan plan = table.plan();
    List<String> left = new ArrayList<>();
    try (Sessions.Lease lease = tools.sessions().target(task.getTarget())) {
      Connection target = lease.connection();
      Optional<TableClaim> claim = tools.ledger().claimOn(target, plan.target());
      if (claim.isPresent() && claim.get().key().equals(table.key())) {
        RaiseOutcome raised = raise(target, table);
        switch (raised) {
          case RaiseOutcome.Raised done -> verify(target, plan, claim.get(), left);
          case RaiseOutcome.AlreadyThere there -> verify(target, plan, claim.get(), left);
          case RaiseOutcome.Superseded superseded ->
              throw table.superseded(superseded.currentEpoch());
          case RaiseOutcome.HoldsOthersRows others ->
              left.add(
                  "%d rows that were in %s before the migration, among rows of it"
                      .formatted(others.rowsBefore(), table.table()));
        }
      } else if (claim.isEmpty() && plan.created() && exists(target, plan.target())) {
        // Not claimed: nothing was written, or the ledger was released with the rows in the table.
        verifyEmpty(target, plan, left);
      } else if (claim.isEmpty()
          && table.joinsOthers()
          && !tools.marks().isInstalled(target, task.getMigrationId())) {
        left.add(
            "rows of the migration in %s, among others, if they were moved in: the ledger that tells"
                    .formatted(plan.target())
                + " them apart is gone");
      }
      lease.done();
    }
    Failpoint.BEFORE_REPORT.hit();
    context.report(
        TableRolledBack.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setTable(task.getTable())
            .setTableIndex(task.getTableIndex())
            .setEpoch(task.getEpoch())
            .setLeft(left)
            .build());
  }

  private RaiseOutcome raise(Connection target, TableTask table) throws TaskFailure {
    try {
      return tools
          .ledger()
          .raiseEpoch(
              target, table.key(), table.epoch(), session -> dropForeignKeys(session, table));
    } catch (DatabaseException refused) {
      if (REFERRED_TO.contains(refused.sqlState())) {
        throw new TaskFailure(
            FailureClass.TRANSIENT,
            "ROWS_REFERRED_TO",
            "rows of %s are referred to by foreign key %s of the target; they are taken away once"
                    .formatted(table.table(), refused.constraint().orElse(""))
                + " those that refer to them are",
            table.table());
      }
      throw refused;
    }
  }

  void target(RollBackTarget task, TaskContext context) throws Exception {
    ApprovedPlan plan = tools.plans().plan(task.getMigrationId(), task.getPlanDigest());
    List<String> left;
    try (Sessions.Lease lease = tools.sessions().target(task.getTarget())) {
      Connection target = lease.connection();
      MadeObjects made = new MadeObjects(plan);
      if (!tools.marks().isInstalled(target, task.getMigrationId())) {
        left = made.still(target);
      } else {
        left = made.takeAway(target, tools.ledger().objects(target, task.getMigrationId()));
        restoreSequences(target, task, plan);
      }
      if (left.isEmpty()) {
        tools.ledger().remove(target, task.getMigrationId());
      }
      lease.done();
    }
    Failpoint.BEFORE_REPORT.hit();
    context.report(
        TargetRolledBack.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setLeft(left)
            .build());
  }

  /** Sequences that were in the target before go back to where they stood. */
  private void restoreSequences(Connection target, RollBackTarget task, ApprovedPlan plan) {
    for (TableName each : plan.migration().sequences()) {
      TableName sequence = plan.migration().targetOf(each);
      if (exists(target, sequence)) {
        tools.marks().restoreSequence(target, task.getMigrationId(), sequence);
      }
    }
  }

  /**
   * Foreign keys that touch the table, its own and others', would hold its rows in place, so they
   * go before the rows do, with their marks. Keys of partitioned parents count as the table's.
   */
  private static void dropForeignKeys(Connection target, TableTask table) throws SQLException {
    List<TablePlan> all = table.approved().tables();
    Set<TableName> family = family(table.plan(), all);
    awaitOtherRollbacks(target, table.migrationId());
    for (TablePlan plan : all) {
      boolean touches =
          plan.created()
              && (family.contains(plan.target())
                  || plan.definition().foreignKeys().stream()
                      .anyMatch(key -> family.contains(key.referencedTable())));
      if (touches && !plan.definition().foreignKeys().isEmpty()) {
        try (Statement drop = target.createStatement()) {
          for (ForeignKey key : plan.definition().foreignKeys()) {
            drop.execute(
                "ALTER TABLE IF EXISTS "
                    + plan.target().quoted()
                    + " DROP CONSTRAINT IF EXISTS "
                    + SqlIdentifier.quote(key.name()));
          }
        }
        LedgerMarks.forget(
            target, table.migrationId(), TableBuild.mark(TableBuild.FOREIGN_KEYS, plan.index()));
      }
    }
  }

  /**
   * Rollbacks of two tables would otherwise wait for each other's locks in a circle. One that
   * deletes many rows may take longer than any other lock is waited for.
   */
  private static void awaitOtherRollbacks(Connection target, String migrationId)
      throws SQLException {
    String bound;
    try (Statement ask = target.createStatement();
        ResultSet row = ask.executeQuery("SHOW lock_timeout")) {
      row.next();
      bound = row.getString(1);
    }
    setLockTimeout(target, "0");
    try (PreparedStatement one =
        target.prepareStatement(
            "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('sensei rollback'),"
                + " pg_catalog.hashtext(?))")) {
      one.setString(1, migrationId);
      one.execute();
    }
    setLockTimeout(target, bound);
  }

  private static void setLockTimeout(Connection target, String bound) throws SQLException {
    try (PreparedStatement set =
        target.prepareStatement("SELECT pg_catalog.set_config('lock_timeout', ?, true)")) {
      set.setString(1, bound);
      set.execute();
    }
  }

  /** The table and the partitioned tables it is a part of. */
  private static Set<TableName> family(TablePlan plan, List<TablePlan> all) {
    Set<TableName> family = new HashSet<>();
    Optional<TablePlan> at = Optional.of(plan);
    while (at.isPresent() && family.add(at.get().target())) {
      Optional<TableName> parent = at.get().definition().partition().map(Partition::parent);
      at =
          all.stream().filter(other -> parent.filter(other.target()::equals).isPresent()).findAny();
    }
    return family;
  }

  /** The table is empty again, or holds what it held before. */
  private void verify(Connection target, TablePlan plan, TableClaim claim, List<String> left) {
    if (claim.staging().isEmpty()) {
      verifyEmpty(target, plan, left);
      return;
    }
    ContentDigest before = claim.staging().get().othersBefore();
    ContentDigest now = tools.staged().contentOf(target, plan.target(), new Writer.Anyone());
    if (!now.equals(before)) {
      left.add(
          "other rows in %s than before the migration: it held %d then, and holds %d now"
              .formatted(plan.target(), before.rows(), now.rows()));
    }
  }

  private static void verifyEmpty(Connection target, TablePlan plan, List<String> left) {
    if (!plan.definition().holdsRows()) {
      return;
    }
    TableName name = plan.target();
    long rows = DatabaseErrors.call("counting the rows of " + name, () -> count(target, name));
    if (rows != 0) {
      left.add("%d rows in %s".formatted(rows, name));
    }
  }

  private static boolean exists(Connection target, TableName relation) {
    return DatabaseErrors.call(
        "looking for " + relation,
        () -> {
          try (PreparedStatement look =
              target.prepareStatement("SELECT pg_catalog.to_regclass(?) IS NOT NULL")) {
            look.setString(1, relation.quoted());
            try (ResultSet row = look.executeQuery()) {
              row.next();
              return row.getBoolean(1);
            }
          }
        });
  }

  private static long count(Connection target, TableName name) throws SQLException {
    try (Statement statement = target.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM ONLY " + name.quoted())) {
      row.next();
      return row.getLong(1);
    }
  }
}
