package dev.sensei.agents;

import dev.sensei.agents.state.MigrationStatus;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.schemas.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.specific.SpecificRecord;

/** What a handler sees of its run. */
final class RunContext implements TaskContext {
  private final Workplace workplace;
  private final TaskIdentity task;
  private final Optional<String> recordId;
  private final Instant handedOut;
  private final int deliveryCount;
  private final Wanted wanted;
  private final AtomicLong nextProgress = new AtomicLong(System.nanoTime());

  RunContext(
      Workplace workplace,
      TaskIdentity task,
      Optional<String> recordId,
      Instant handedOut,
      int deliveryCount,
      Wanted wanted) {
    this.workplace = workplace;
    this.task = task;
    this.recordId = recordId;
    this.handedOut = handedOut;
    this.deliveryCount = deliveryCount;
    this.wanted = wanted;
  }

  @Override
  public TaskIdentity task() {
    return task;
  }

  @Override
  public String agentName() {
    return workplace.settings().name();
  }

  @Override
  public Instant handedOut() {
    return handedOut;
  }

  @Override
  public int deliveryCount() {
    return deliveryCount;
  }

  @Override
  public Optional<MigrationStatus> migration() {
    return workplace.migrations().of(task.migrationId());
  }

  @Override
  public boolean cancelled() {
    return workplace.stopping().hasBegun() || wanted.isOver();
  }

  @Override
  public void reportAll(List<? extends SpecificRecord> reports)
      throws TaskReleasedException, TaskFailure {
    workplace.reports().report(task.migrationId(), recordId, reports);
    Failpoint.AFTER_REPORT.hit();
  }

  @Override
  public void progress(SpecificRecord progress) {
    long now = System.nanoTime();
    long next = nextProgress.get();
    if (now - next >= 0
        && nextProgress.compareAndSet(
            next, now + workplace.settings().progressInterval().toNanos())) {
      workplace.reports().mention(Topics.PROGRESS, task.migrationId(), progress);
    }
  }
}
