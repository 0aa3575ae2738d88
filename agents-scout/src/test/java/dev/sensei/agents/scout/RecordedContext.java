package dev.sensei.agents.scout;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskIdentity;
import dev.sensei.agents.state.MigrationStates;
import dev.sensei.agents.state.MigrationStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.specific.SpecificRecord;

/** A run that keeps what it is told, and is stopped by hand. */
final class RecordedContext implements TaskContext {
  final List<SpecificRecord> reports = new CopyOnWriteArrayList<>();
  volatile boolean stopped;
  volatile Instant handedOut = Instant.now();
  private final MigrationStates states;

  RecordedContext(MigrationStates states) {
    this.states = states;
  }

  @Override
  public TaskIdentity task() {
    return new TaskIdentity("m", "t", 1);
  }

  @Override
  public String agentName() {
    return "scout@test";
  }

  @Override
  public Instant handedOut() {
    return handedOut;
  }

  @Override
  public int deliveryCount() {
    return 1;
  }

  @Override
  public Optional<MigrationStatus> migration() {
    return states.of("m");
  }

  @Override
  public boolean cancelled() {
    return stopped;
  }

  @Override
  public void reportAll(List<? extends SpecificRecord> sent) {
    reports.addAll(sent);
  }

  @Override
  public void progress(SpecificRecord progress) {
    throw new AssertionError("the Scout tells no progress");
  }

  /** The reports of one type. */
  <T> List<T> of(Class<T> type) {
    return reports.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
