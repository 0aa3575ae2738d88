package dev.sensei.agents.worker;

import dev.sensei.agents.WorkMeter;
import dev.sensei.databases.copy.CopiedRows;
import dev.sensei.databases.copy.CopyProgress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** Bytes of chunks that this process copies, told while they are copied. */
final class CopiedBytes implements WorkMeter {
  private final LongAdder bytes = new LongAdder();
  private final AtomicInteger chunks = new AtomicInteger();

  @Override
  public long done() {
    return bytes.sum();
  }

  @Override
  public int tasks() {
    return chunks.get();
  }

  /** Counts what a copy of one chunk tells. */
  CopiedRows counting(CopyProgress progress, Function<CopyProgress, CopiedRows> copy) {
    long[] told = {0};
    CopiedRows copied =
        copy.apply(
            (rows, bytesSoFar) -> {
              bytes.add(bytesSoFar - told[0]);
              told[0] = bytesSoFar;
              progress.sent(rows, bytesSoFar);
            });
    bytes.add(copied.written().bytes() - told[0]);
    return copied;
  }

  /** A task begins to copy a chunk; closed when it ends. */
  Task begin() {
    chunks.incrementAndGet();
    return chunks::decrementAndGet;
  }

  /** A task at work. */
  interface Task extends AutoCloseable {
    @Override
    void close();
  }
}
