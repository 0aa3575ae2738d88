package dev.sensei.agents.worker;

import dev.sensei.agents.AgentTools;
import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskHandler;
import dev.sensei.agents.WorkMeter;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.ApprovedPlans;
import dev.sensei.agents.journal.Journal;
import dev.sensei.databases.ledger.Decisions;
import dev.sensei.databases.ledger.ForeignInstallation;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.StagedRows;
import dev.sensei.databases.queue.QueueKeys;
import dev.sensei.databases.snapshot.SnapshotLost;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.task.AddForeignKeys;
import dev.sensei.schemas.task.AddGroupForeignKeys;
import dev.sensei.schemas.task.CheckTable;
import dev.sensei.schemas.task.CompleteTable;
import dev.sensei.schemas.task.CopyChunk;
import dev.sensei.schemas.task.FinishTarget;
import dev.sensei.schemas.task.MoveGroup;
import dev.sensei.schemas.task.PrepareTable;
import dev.sensei.schemas.task.PrepareTarget;
import dev.sensei.schemas.task.ReleaseTarget;
import dev.sensei.schemas.task.ResolveErrors;
import dev.sensei.schemas.task.RollBackTable;
import dev.sensei.schemas.task.RollBackTarget;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * The Worker: everything that writes to a target. Each task can be done again without harm, since
 * what was done stands in the target's ledger, in the transaction that did it.
 */
public final class WorkerHandler implements TaskHandler {
  private final Sessions sessions;
  private final TargetTasks targets;
  private final TablePreparation preparation;
  private final ChunkCopy chunks;
  private final GroupMove groups;
  private final TableBuild builds;
  private final ErrorResolving errors;
  private final Rollback rollback;

  /**
   * A worker with what its agent has.
   *
   * @param keys of the error queue
   */
  public WorkerHandler(AgentTools tools, QueueKeys keys) {
    this(tools.databases(), tools.journal(), keys);
  }

  /** A worker that carries out the plans of this journal. */
  public WorkerHandler(DatabaseAccess databases, Journal journal, QueueKeys keys) {
    this(
        databases,
        journal,
        keys,
        SessionSettings.DEFAULT,
        BuildSettings.fromEnvironment(System.getenv()));
  }

  WorkerHandler(
      DatabaseAccess databases,
      Journal journal,
      QueueKeys keys,
      SessionSettings sessionSettings,
      BuildSettings buildSettings) {
    this.sessions = new Sessions(databases, sessionSettings);
    WorkTools work =
        new WorkTools(
            sessions,
            new ApprovedPlans(journal),
            new Ledger(LedgerSettings.DEFAULT),
            new LedgerMarks(LedgerSettings.DEFAULT),
            new Decisions(LedgerSettings.DEFAULT),
            new StagedRows(LedgerSettings.DEFAULT),
            new SideBySide(sessions, buildSettings));
    this.targets = new TargetTasks(work);
    this.preparation = new TablePreparation(work);
    SetAside setAside = new SetAside(keys);
    this.chunks = new ChunkCopy(work, setAside);
    this.errors = new ErrorResolving(work, setAside);
    this.groups = new GroupMove(work);
    this.builds = new TableBuild(work);
    this.rollback = new Rollback(work);
  }

  @Override
  public Set<Class<? extends SpecificRecord>> taskTypes() {
    return Set.of(
        PrepareTarget.class,
        PrepareTable.class,
        CopyChunk.class,
        MoveGroup.class,
        CheckTable.class,
        CompleteTable.class,
        AddForeignKeys.class,
        AddGroupForeignKeys.class,
        ResolveErrors.class,
        FinishTarget.class,
        RollBackTable.class,
        RollBackTarget.class,
        ReleaseTarget.class);
  }

  @Override
  public Set<Class<? extends SpecificRecord>> cleaningTypes() {
    return Set.of(RollBackTable.class, RollBackTarget.class, ReleaseTarget.class);
  }

  @Override
  public void handle(SpecificRecord task, TaskContext context) throws Exception {
    try {
      switch (task) {
        case PrepareTarget prepare -> targets.prepare(prepare, context);
        case PrepareTable prepare -> preparation.prepare(prepare, context);
        case CopyChunk copy -> chunks.copy(copy, context);
        case MoveGroup move -> groups.move(move, context);
        case CheckTable check -> builds.check(check, context);
        case CompleteTable complete -> builds.complete(complete, context);
        case AddForeignKeys add -> builds.addForeignKeys(add, context);
        case AddGroupForeignKeys add -> builds.addForeignKeys(add, context);
        case ResolveErrors resolve -> errors.resolve(resolve, context);
        case FinishTarget finish -> targets.finish(finish, context);
        case RollBackTable roll -> rollback.table(roll, context);
        case RollBackTarget roll -> rollback.target(roll, context);
        case ReleaseTarget release -> targets.release(release, context);
        default ->
            throw new IllegalArgumentException(
                "a worker has no use for a " + task.getSchema().getName());
      }
    } catch (SnapshotLost lost) {
      throw new TaskFailure(
          FailureClass.SNAPSHOT_LOST,
          "SNAPSHOT_LOST",
          "the source's snapshot is gone; another one has to be exported");
    } catch (ForeignInstallation foreign) {
      throw new TaskFailure(
          FailureClass.CONFIGURATION, "TARGET_CLAIMED", String.valueOf(foreign.getMessage()));
    }
  }

  @Override
  public Optional<WorkMeter> meter() {
    return Optional.of(chunks.meter());
  }

  @Override
  public void close() {
    sessions.close();
  }
}
