package dev.sensei.agents.scout;

import dev.sensei.agents.AgentTools;
import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskHandler;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.schemas.task.AnalyzeDatabases;
import dev.sensei.schemas.task.KeepSnapshot;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** The Scout: reads the catalogs of source and target, and keeps the snapshot of the source. */
public final class ScoutHandler implements TaskHandler {
  private final DatabaseAnalysis analysis;
  private final SnapshotKeeping keeping;

  public ScoutHandler(AgentTools tools) {
    this(tools, ScoutSettings.DEFAULT);
  }

  public ScoutHandler(AgentTools tools, ScoutSettings settings) {
    analysis = new DatabaseAnalysis(tools.databases());
    keeping = new SnapshotKeeping(tools.databases(), tools.migrations(), settings);
  }

  @Override
  public Set<Class<? extends SpecificRecord>> taskTypes() {
    return Set.of(AnalyzeDatabases.class, KeepSnapshot.class);
  }

  @Override
  public Set<Class<? extends SpecificRecord>> longLivedTypes() {
    return Set.of(KeepSnapshot.class);
  }

  @Override
  public void handle(SpecificRecord task, TaskContext context)
      throws TaskFailure, TaskReleasedException, InterruptedException {
    switch (task) {
      case AnalyzeDatabases asked -> analysis.run(asked, context);
      case KeepSnapshot asked -> keeping.run(asked, context);
      default ->
          throw new IllegalArgumentException("no task of the Scout: " + task.getSchema().getName());
    }
  }
}
