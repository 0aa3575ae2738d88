package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.worker.Statements.Marked;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkResult;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.MoveInOutcome;
import dev.sensei.databases.ledger.Settlement;
import dev.sensei.databases.ledger.TableSession;
import dev.sensei.databases.ledger.WorkerSession;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.GroupMember;
import dev.sensei.schemas.report.ForeignKeysAdded;
import dev.sensei.schemas.report.TableChecked;
import dev.sensei.schemas.report.TableCompleted;
import dev.sensei.schemas.task.AddForeignKeys;
import dev.sensei.schemas.task.AddGroupForeignKeys;
import dev.sensei.schemas.task.CheckTable;
import dev.sensei.schemas.task.CompleteTable;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What follows a table's rows: the ledger's settlement, the count, keys and indexes, foreign keys.
 *
 * <p>Indexes are built several at once, those of keys among them. What is quick follows in its
 * order: keys take their indexes over, and partitions' indexes join those of their parents.
 */
final class TableBuild {
  /** The mark of the statements that make a table's keys. */
  static final String KEYS = "keys";

  /** The mark of the statements that build a table's indexes. */
  static final String INDEXES = "indexes";

  /** The mark of a table's foreign keys. */
  static final String FOREIGN_KEYS = "foreign-keys";

  /** SQLSTATE of a row that refers to one which is not there. */
  static final String FOREIGN_KEY_VIOLATION = "23503";

  private final WorkTools tools;
  private final Statements statements;

  TableBuild(WorkTools tools) {
    this.tools = tools;
    this.statements = tools.statements();
  }

  void check(CheckTable task, TaskContext context) throws Exception {
    TableTask table =
        tools.tableTask(
            context,
            task.getPlanDigest(),
            task.getTableIndex(),
            task.getEpoch(),
            task.getSource(),
            task.getTarget());
    TablePlan plan = table.plan();
    TableChecked.Builder report =
        TableChecked.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setTable(task.getTable())
            .setTableIndex(task.getTableIndex())
            .setEpoch(task.getEpoch())
            .setBuilt(List.of());
    Settlement.Settled settled = settle(table);
    ChunkResult total = settled.total();
    report
        .setRows(total.rows())
        .setBytes(total.bytes())
        .setDigest(total.digest().toString())
        .setMissingChunks(settled.missing())
        .setSetAside(settled.setAside())
        .setDeviations(ChunkCopy.deviations(settled.deviations()))
        .setTargetRows(settled.complete() && plan.definition().holdsRows() ? count(table) : 0);
    Failpoint.BEFORE_REPORT.hit();
    context.report(report.build());
  }

  void complete(CompleteTable task, TaskContext context) throws Exception {
    TableTask table =
        tools.tableTask(
            context,
            task.getPlanDigest(),
            task.getTableIndex(),
            task.getEpoch(),
            task.getSource(),
            task.getTarget());
    TablePlan plan = table.plan();
    boolean holdsRows = plan.definition().holdsRows();
    if (holdsRows && !table.joinsOthers()) {
      vacuum(table);
    }
    List<Marked> all = new ArrayList<>(Marked.of(mark(KEYS, plan.index()), plan.keys()));
    all.addAll(Marked.of(mark(INDEXES, plan.index()), plan.indexes()));
    List<String> built = new ArrayList<>(build(table, all));
    if (table.joinsOthers()) {
      moveIn(table);
      built.add("rows of " + plan.target());
    }
    if (holdsRows) {
      maintain(table, "collecting statistics of ", "ANALYZE ");
      built.add("statistics of " + plan.target());
    }
    Failpoint.BEFORE_REPORT.hit();
    context.report(
        TableCompleted.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setTable(task.getTable())
            .setTableIndex(task.getTableIndex())
            .setEpoch(task.getEpoch())
            .setBuilt(built)
            .build());
  }

  void addForeignKeys(AddForeignKeys task, TaskContext context) throws Exception {
    addForeignKeys(
        tools.tableTask(
            context,
            task.getPlanDigest(),
            task.getTableIndex(),
            task.getEpoch(),
            task.getSource(),
            task.getTarget()));
  }

  /** The same for several small tables, each in transactions of its own. */
  void addForeignKeys(AddGroupForeignKeys task, TaskContext context) throws Exception {
    for (GroupMember member : task.getMembers()) {
      // Reported at once: what was added has its result, also where the next table's are refused.
      addForeignKeys(
          tools.tableTask(
              context,
              task.getPlanDigest(),
              member.getTableIndex(),
              member.getEpoch(),
              task.getSource(),
              task.getTarget()));
    }
  }

  private void addForeignKeys(TableTask table) throws Exception {
    TablePlan plan = table.plan();
    TaskContext context = table.context();
    List<Marked> all = Marked.of(mark(FOREIGN_KEYS, plan.index()), plan.foreignKeys());
    buildForeignKeys(table, all);
    Failpoint.BEFORE_REPORT.hit();
    context.report(
        ForeignKeysAdded.newBuilder()
            .setMigrationId(context.task().migrationId())
            .setTaskId(context.task().taskId())
            .setAttempt(context.task().attempt())
            .setAgent(context.agentName())
            .setTable(table.table())
            .setTableIndex(plan.index())
            .setEpoch(table.epoch())
            .setBuilt(Statements.objects(all))
            .build());
  }

  /** Those that rows do not keep hold up no other. */
  private void buildForeignKeys(TableTask table, List<Marked> all) throws Exception {
    List<DatabaseException> refused = new ArrayList<>();
    List<SideBySide.Job> jobs = new ArrayList<>();
    for (Marked each : all) {
      jobs.add(
          session -> {
            try {
              statements.run(session, table, each);
            } catch (DatabaseException failed) {
              if (!failed.sqlState().equals(FOREIGN_KEY_VIOLATION)) {
                throw failed;
              }
              refused.add(failed);
            }
          });
    }
    tools.builds().inOrder(table.context(), table.target(), jobs);
    if (!refused.isEmpty()) {
      Optional<TaskFailure> lacking =
          tools
              .builds()
              .cancellably(table, session -> new LackingParents(tools).of(session, table));
      if (lacking.isPresent()) {
        throw lacking.get();
      }
      throw refused.getFirst();
    }
  }

  /** Builds indexes several at once, and then does all else in its order. */
  private List<String> build(TableTask table, List<Marked> all) throws Exception {
    Map<Boolean, List<SideBySide.Job>> jobs =
        all.stream()
            .collect(
                Collectors.partitioningBy(
                    each -> each.statement().buildsIndex(),
                    Collectors.mapping(
                        each -> session -> statements.run(session, table, each),
                        Collectors.toList())));
    tools.builds().atOnce(table.context(), table.target(), jobs.getOrDefault(true, List.of()));
    tools.builds().inOrder(table.context(), table.target(), jobs.getOrDefault(false, List.of()));
    return Statements.objects(all);
  }

  private void moveIn(TableTask table) throws Exception {
    MoveInOutcome outcome =
        tools
            .builds()
            .cancellably(
                table,
                session ->
                    tools
                        .staged()
                        .moveIn(session, table.key(), table.epoch(), table.copiedColumns()));
    switch (outcome) {
      case MoveInOutcome.MovedIn moved -> {}
      case MoveInOutcome.Superseded superseded -> throw table.superseded(superseded.currentEpoch());
      case MoveInOutcome.NotAllTaken found ->
          throw new TaskFailure(
              FailureClass.DATA,
              "ROWS_NOT_TAKEN",
              ("expected %s of the target to take %d rows, it took %d, of which %d can be told from"
                   + " others; none was moved in: look for a trigger or a rule there that leaves"
                   + " rows out, puts them elsewhere or writes them itself, disable it and retry")
                  .formatted(table.table(), found.staged(), found.taken(), found.known()),
              table.table());
    }
  }

  private Settlement.Settled settle(TableTask table) throws TaskFailure {
    try (Sessions.Lease lease = tools.sessions().target(table.target())) {
      Settlement outcome = tools.ledger().settle(lease.connection(), table.key(), table.epoch());
      lease.done();
      return switch (outcome) {
        case Settlement.Settled settled -> settled;
        case Settlement.Superseded superseded -> throw table.superseded(superseded.currentEpoch());
      };
    }
  }

  static String mark(String kind, int tableIndex) {
    return kind + " of table " + tableIndex;
  }

  private long count(TableTask table) throws Exception {
    TableName counted = table.rowsInto();
    return session(
        table,
        "counting the rows of " + counted,
        statement -> {
          try (ResultSet row =
              statement.executeQuery("SELECT count(*) FROM ONLY " + counted.quoted())) {
            row.next();
            return row.getLong(1);
          }
        });
  }

  /**
   * Notes which pages are visible to all, so that foreign keys are checked, and rows counted, by
   * indexes alone; and takes away what killed copies left. Before the indexes, so that none of them
   * has to be looked through.
   */
  private void vacuum(TableTask table) throws Exception {
    maintain(table, "vacuuming ", "VACUUM (TRUNCATE false) ");
  }

  private void maintain(TableTask table, String doing, String command) throws Exception {
    TableName target = table.plan().target();
    var _ =
        session(table, doing + target, statement -> statement.execute(command + target.quoted()));
  }

  /** Asks about a table what may take long; cancelled where nobody wants it any more. */
  private <T> T session(TableTask table, String doing, TableSession.Body<T> body) throws Exception {
    String name =
        WorkerSession.applicationName(
            table.key().migrationId(), table.plan().index(), table.epoch());
    return tools
        .builds()
        .cancellably(table, target -> TableSession.call(doing, target, name, body));
  }
}
