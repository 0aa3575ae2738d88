package dev.sensei.agents.validator;

import dev.sensei.agents.TaskReleasedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks source and target at once, and waits for both. Where the work is not wanted any more, or one
 * side fails, the other's query is cancelled rather than waited for.
 */
final class BothSides {
  private static final Logger LOG = LoggerFactory.getLogger(BothSides.class);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Connection source;
  private final Connection target;
  private final BooleanSupplier cancelled;

  BothSides(Connection source, Connection target, BooleanSupplier cancelled) {
    this.source = source;
    this.target = target;
    this.cancelled = cancelled;
  }

  /** What the sides said. */
  record Answers<T>(T source, T target) {}

  /**
   * Asks.
   *
   * @throws TaskReleasedException where the work is not wanted any more
   * @throws Exception what a side threw
   */
  <T> Answers<T> ask(Callable<T> ofSource, Callable<T> ofTarget) throws Exception {
    FutureTask<T> left = new FutureTask<>(ofSource);
    FutureTask<T> right = new FutureTask<>(ofTarget);
    Thread reading = Thread.ofVirtual().name("validator-source").start(left);
    Thread writing = Thread.ofVirtual().name("validator-target").start(right);
    boolean answered = false;
    try {
      while (!(done(left) && done(right))) {
        if (cancelled.getAsBoolean()) {
          throw new TaskReleasedException("the comparison is not wanted any more");
        }
      }
      answered = true;
      return new Answers<>(result(left), result(right));
    } finally {
      if (!answered) {
        // A query may begin just behind a cancellation, so it is cancelled until its thread ends.
        while (!(reading.join(LOOK) && writing.join(LOOK))) {
          cancel(source);
          cancel(target);
        }
      }
    }
  }

  /** Whether a side has answered; throws where it failed. */
  private static boolean done(FutureTask<?> side) throws Exception {
    try {
      side.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException failed) {
      throw cause(failed);
    }
  }

  private static <T> T result(FutureTask<T> side) throws Exception {
    try {
      return side.get();
    } catch (ExecutionException failed) {
      throw cause(failed);
    }
  }

  private static Exception cause(ExecutionException failed) {
    return failed.getCause() instanceof Exception cause ? cause : failed;
  }

  private static void cancel(Connection connection) {
    try {
      connection.unwrap(PGConnection.class).cancelQuery();
    } catch (SQLException gone) {
      LOG.debug("cancelling a comparison gave {}", gone.getSQLState());
    }
  }
}
