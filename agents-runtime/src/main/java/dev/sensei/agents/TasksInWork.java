package dev.sensei.agents;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which attempts this agent has in work, and which it has done lately. Kafka hands a record out
 * again where a lease was lost, also to the agent that still works on it: it must not begin twice
 * in one process, and what is reported already is not done again.
 */
final class TasksInWork {
  private static final int REMEMBERED = 1_000;

  private final ConcurrentMap<TaskIdentity, TaskRun> running = new ConcurrentHashMap<>();
  private final Map<TaskIdentity, Boolean> done =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TaskIdentity, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * Enters a run.
   *
   * @return the run that has the attempt in work already, if there is one
   */
  Optional<TaskRun> enter(TaskIdentity task, TaskRun run) {
    return Optional.ofNullable(running.putIfAbsent(task, run));
  }

  void leave(TaskIdentity task, TaskRun run, Outcome outcome) {
    if (outcome == Outcome.DONE) {
      synchronized (done) {
        done.put(task, true);
      }
    }
    running.remove(task, run);
  }

  boolean isDone(TaskIdentity task) {
    synchronized (done) {
      return done.containsKey(task);
    }
  }

  Collection<TaskIdentity> identities() {
    return List.copyOf(running.keySet());
  }

  /** Waits until no run is left. */
  void awaitAll(Duration most) throws InterruptedException {
    long deadline = System.nanoTime() + most.toNanos();
    for (TaskRun run : List.copyOf(running.values())) {
      run.await(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }
  }

  void interruptAll() {
    running.values().forEach(TaskRun::interrupt);
  }
}
