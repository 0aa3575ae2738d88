package dev.sensei.databases.ledger;

import dev.sensei.databases.failpoint.Failpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Work on a thread of its own that stands still at a failpoint until it is told to go on. */
final class PausedWork<T> implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final Path file;
  private final ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
  private final Future<T> outcome;

  private PausedWork(Path file, Callable<T> work) {
    this.file = file;
    this.outcome = thread.submit(work);
  }

  /**
   * Starts the work and waits until it stands still.
   *
   * @param place a failpoint; its first hit, or the nth with {@code @n} behind it
   * @param directory for the file that tells of the pause
   */
  static <T> PausedWork<T> at(String place, Path directory, Callable<T> work) throws Exception {
    Path file = directory.resolve("paused");
    String[] parts = place.split("@", 2);
    Failpoints.configure(
        "%s=pause(%s)@%s".formatted(parts[0], file, parts.length > 1 ? parts[1] : "1"));
    PausedWork<T> paused = new PausedWork<>(file, work);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(file)) {
      if (paused.outcome.isDone() || System.nanoTime() > deadline) {
        throw new AssertionError("the work did not come to " + place + ": " + paused.outcome);
      }
      Thread.onSpinWait();
    }
    return paused;
  }

  /** Lets it go on, and waits for what it comes to. */
  T goOn() throws Exception {
    letGo();
    return result();
  }

  void letGo() throws IOException {
    Files.deleteIfExists(file);
  }

  /** What it comes to; throws what it throws. */
  T result() throws Exception {
    try {
      return outcome.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof Exception cause ? cause : failed;
    } catch (TimeoutException late) {
      throw new AssertionError("the work did not end", late);
    }
  }

  @Override
  public void close() throws IOException {
    letGo();
    thread.close();
  }
}
