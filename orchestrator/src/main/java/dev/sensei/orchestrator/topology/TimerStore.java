package dev.sensei.orchestrator.topology;

import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.Silence;
import dev.sensei.orchestrator.fold.TaskId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** The deadlines of one partition's tasks: in a store, and in memory by time. */
final class TimerStore {
  private final KeyValueStore<String, byte[]> store;
  private final TreeSet<Timer> byTime =
      new TreeSet<>(
          Comparator.comparingLong(Timer::dueMillis).thenComparing(timer -> timer.task().value()));
  private final Map<TaskId, Timer> byTask = new HashMap<>();

  TimerStore(ProcessorContext<?, ?> context) {
    store = context.getStateStore(Names.TIMERS);
    try (KeyValueIterator<String, byte[]> entries = store.all()) {
      while (entries.hasNext()) {
        KeyValue<String, byte[]> entry = entries.next();
        remember(read(new TaskId(entry.key), entry.value));
      }
    }
  }

  /**
   * A deadline.
   *
   * @param migration the migration
   * @param task the task
   * @param attempt which attempt
   * @param dueMillis when, in milliseconds since 1970
   * @param silence what the fold set it with
   */
  record Timer(MigrationId migration, TaskId task, int attempt, long dueMillis, Silence silence) {}

  void set(Timer timer) {
    forget(timer.task());
    remember(timer);
    byte[] migration = timer.migration().value().getBytes(StandardCharsets.UTF_8);
    store.put(
        timer.task().value(),
        ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + 1 + migration.length)
            .putLong(timer.dueMillis())
            .putInt(timer.attempt())
            .put((byte) (timer.silence().taken() ? 1 : 0))
            .putInt(timer.silence().timeouts())
            .put(migration)
            .array());
  }

  void clear(TaskId task) {
    if (forget(task)) {
      store.delete(task.value());
    }
  }

  /** Timers due by now, earliest first. */
  List<Timer> due(long nowMillis, int atMost) {
    List<Timer> due = new ArrayList<>();
    for (Timer timer : byTime) {
      if (timer.dueMillis() > nowMillis || due.size() == atMost) {
        break;
      }
      due.add(timer);
    }
    return due;
  }

  private void remember(Timer timer) {
    byTime.add(timer);
    byTask.put(timer.task(), timer);
  }

  private boolean forget(TaskId task) {
    Timer timer = byTask.remove(task);
    return timer != null && byTime.remove(timer);
  }

  private static Timer read(TaskId task, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long due = buffer.getLong();
    int attempt = buffer.getInt();
    Silence silence = new Silence(buffer.get() != 0, buffer.getInt());
    byte[] migration = new byte[buffer.remaining()];
    buffer.get(migration);
    return new Timer(
        new MigrationId(new String(migration, StandardCharsets.UTF_8)),
        task,
        attempt,
        due,
        silence);
  }
}
