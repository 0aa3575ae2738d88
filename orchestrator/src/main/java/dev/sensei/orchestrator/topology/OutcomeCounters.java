package dev.sensei.orchestrator.topology;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what became of inputs, by name; counted from the start of the process. */
public final class OutcomeCounters {
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  /** Adds one. */
  public void count(String name) {
    count(name, 1);
  }

  /** Adds some. */
  public void count(String name, long more) {
    counts.computeIfAbsent(name, _ -> new LongAdder()).add(more);
  }

  /** The number so far. */
  public long of(String name) {
    LongAdder count = counts.get(name);
    return count == null ? 0 : count.sum();
  }

  /** All numbers, by name in order. */
  public Map<String, Long> all() {
    Map<String, Long> all = new TreeMap<>();
    counts.forEach((name, count) -> all.put(name, count.sum()));
    return all;
  }
}
