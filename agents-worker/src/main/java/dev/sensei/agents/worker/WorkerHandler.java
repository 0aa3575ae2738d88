package dev.sensei.agents.worker;

import dev.sensei.agents.AgentTools;
import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskHandler;
import dev.sensei.databases.ledger.ForeignInstallation;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.snapshot.SnapshotLost;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.task.AddForeignKeys;
import dev.sensei.schemas.task.CheckTable;
import dev.sensei.schemas.task.CompleteTable;
import dev.sensei.schemas.task.CopyChunk;
import dev.sensei.schemas.task.FinishTarget;
import dev.sensei.schemas.task.PrepareTable;
import dev.sensei.schemas.task.PrepareTarget;
import dev.sensei.schemas.task.ReleaseTarget;
import dev.sensei.schemas.task.RollBackTable;
import dev.sensei.schemas.task.RollBackTarget;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * The Worker: everything that writes to a target. Each task can be done again without harm, since
 * what was done stands in the target's ledger, in the transaction that did it.
 */
public final class WorkerHandler implements TaskHandler {
  private final TargetTasks targets;
  private final TablePreparation preparation;
  private final ChunkCopy chunks;
  private final TableBuild builds;
  private final Rollback rollback;

  public WorkerHandler(AgentTools tools) {
    Ledger ledger = new Ledger(LedgerSettings.DEFAULT);
    Sessions sessions = new Sessions(tools.databases());
    Plans plans = new Plans(tools.journal());
    this.targets = new TargetTasks(sessions, plans, ledger);
    this.preparation = new TablePreparation(sessions, plans, ledger);
    this.chunks = new ChunkCopy(sessions, plans, ledger);
    this.builds = new TableBuild(sessions, plans, ledger);
    this.rollback = new Rollback(sessions, plans, ledger);
  }

  @Override
  public Set<Class<? extends SpecificRecord>> taskTypes() {
    return Set.of(
        PrepareTarget.class,
        PrepareTable.class,
        CopyChunk.class,
        CheckTable.class,
        CompleteTable.class,
        AddForeignKeys.class,
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
        case CheckTable check -> builds.check(check, context);
        case CompleteTable complete -> builds.complete(complete, context);
        case AddForeignKeys add -> builds.addForeignKeys(add, context);
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
}
