package dev.sensei.databases.copy;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What rows that are wider than a buffer may take of the heap, over all copies of a process. A copy
 * asks before it makes room for such a row, and waits where others have taken what there is. A row
 * wider than all of it is let in when there is no other, so the widest row decides what a process
 * needs, and not how many copies it has.
 *
 * <p>Who asks first is served first: narrower rows that go on coming do not keep a wide one out.
 */
public final class RowMemory {
  /** A third of the heap: as much again may be garbage, and the rest is for all else. */
  private static final int PART_OF_THE_HEAP = 3;

  private static final long LOOK_MILLIS = 100;
  private static final RowMemory OF_THIS_PROCESS =
      new RowMemory(Math.max(1, Runtime.getRuntime().maxMemory() / PART_OF_THE_HEAP));

  private final long limit;
  private final Deque<Long> waiting = new ArrayDeque<>();
  private long nextPlace;
  private long taken;

  /**
   * Memory of its own.
   *
   * @param limit bytes that rows take together, at least 1; a wider row is let in alone
   */
  RowMemory(long limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("expected at least one byte for wide rows, got " + limit);
    }
    this.limit = limit;
  }

  /** A third of this process's heap, shared by all that ask. */
  public static RowMemory ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** Opens an account for one copy, which gives back what is left of it when it is closed. */
  public Account open() {
    return new Account();
  }

  synchronized long taken() {
    return taken;
  }

  private synchronized void take(long bytes, CancelSignal cancel) throws InterruptedException {
    long place = nextPlace++;
    waiting.addLast(place);
    try {
      while (waiting.getFirst() != place || (taken > 0 && taken + bytes > limit)) {
        if (cancel.requested()) {
          throw new CopyCancelled();
        }
        wait(LOOK_MILLIS);
      }
      taken += bytes;
    } finally {
      waiting.remove(Long.valueOf(place));
      notifyAll();
    }
  }

  private synchronized void giveBack(long bytes) {
    taken -= bytes;
    notifyAll();
  }

  /** What one copy has taken. Its threads may take and give back at the same time. */
  public final class Account implements AutoCloseable {
    private long held;
    private boolean closed;

    /**
     * Takes bytes; waits for them.
     *
     * @throws CopyCancelled where the signal asks to stop, or the thread is interrupted
     */
    public void take(long bytes, CancelSignal cancel) {
      try {
        RowMemory.this.take(bytes, cancel);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new CopyCancelled();
      }
      synchronized (this) {
        if (!closed) {
          held += bytes;
          return;
        }
      }
      RowMemory.this.giveBack(bytes);
      throw new CopyCancelled();
    }

    void giveBack(long bytes) {
      synchronized (this) {
        if (closed) {
          return;
        }
        held -= bytes;
      }
      RowMemory.this.giveBack(bytes);
    }

    @Override
    public void close() {
      long rest;
      synchronized (this) {
        closed = true;
        rest = held;
        held = 0;
      }
      RowMemory.this.giveBack(rest);
    }
  }
}
