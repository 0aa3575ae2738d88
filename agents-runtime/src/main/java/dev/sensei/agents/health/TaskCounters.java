package dev.sensei.agents.health;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How many tasks came to which end since the agent started. */
public final class TaskCounters {
  private final LongAdder done = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder released = new LongAdder();
  private final LongAdder handedBack = new LongAdder();
  private final LongAdder deadLetters = new LongAdder();
  private final LongAdder leasesLost = new LongAdder();

  /** Counts a task whose handler came to its end. */
  public void countDone() {
    done.increment();
  }

  /** Counts a task that was reported as failed. */
  public void countFailed() {
    failed.increment();
  }

  /** Counts a task that was reported as released. */
  public void countReleased() {
    released.increment();
  }

  /** Counts a task that another agent may have. */
  public void countHandedBack() {
    handedBack.increment();
  }

  /** Counts a record that could not be read or was meant for another kind of agent. */
  public void countDeadLetter() {
    deadLetters.increment();
  }

  /** Counts a lease that ended while its task was in work. */
  public void countLeaseLost() {
    leasesLost.increment();
  }

  /** Tasks done. */
  public long done() {
    return done.sum();
  }

  /** Tasks reported as failed. */
  public long failed() {
    return failed.sum();
  }

  /** Leases that ended while their task was in work. */
  public long leasesLost() {
    return leasesLost.sum();
  }

  /** All counters by the name they are published under. */
  public Map<String, Long> all() {
    Map<String, Long> all = new LinkedHashMap<>();
    all.put("sensei_agent_tasks_done_total", done.sum());
    all.put("sensei_agent_tasks_failed_total", failed.sum());
    all.put("sensei_agent_tasks_released_total", released.sum());
    all.put("sensei_agent_tasks_handed_back_total", handedBack.sum());
    all.put("sensei_agent_dead_letters_total", deadLetters.sum());
    all.put("sensei_agent_leases_lost_total", leasesLost.sum());
    return all;
  }
}
