package dev.sensei.agents;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.specific.SpecificRecord;

/** A handler that does what a test says, and remembers what it was given. */
final class Scripted implements TaskHandler {
  /** What to do with a task. */
  interface Script {
    void handle(SpecificRecord task, TaskContext context) throws Exception;
  }

  private final Set<Class<? extends SpecificRecord>> types;
  private final Set<Class<? extends SpecificRecord>> longLived;
  private final Script script;
  private Optional<WorkMeter> meter = Optional.empty();
  private final List<TaskContext> given = new CopyOnWriteArrayList<>();

  private Scripted(
      Set<Class<? extends SpecificRecord>> types,
      Set<Class<? extends SpecificRecord>> longLived,
      Script script) {
    this.types = types;
    this.longLived = longLived;
    this.script = script;
  }

  static Scripted taking(Class<? extends SpecificRecord> type, Script script) {
    return new Scripted(Set.of(type), Set.of(), script);
  }

  static Scripted taking(
      Class<? extends SpecificRecord> type,
      Class<? extends SpecificRecord> longLived,
      Script script) {
    return new Scripted(Set.of(type, longLived), Set.of(longLived), script);
  }

  /** The same, telling how much is done. */
  Scripted telling(WorkMeter done) {
    meter = Optional.of(done);
    return this;
  }

  List<TaskContext> given() {
    return given;
  }

  @Override
  public Set<Class<? extends SpecificRecord>> taskTypes() {
    return types;
  }

  @Override
  public Set<Class<? extends SpecificRecord>> longLivedTypes() {
    return longLived;
  }

  @Override
  public Optional<WorkMeter> meter() {
    return meter;
  }

  @Override
  public void handle(SpecificRecord task, TaskContext context) throws Exception {
    given.add(context);
    script.handle(task, context);
  }
}
