package dev.sensei.agents.databases;

import dev.sensei.agents.TaskReleasedException;
import dev.sensei.databases.PostgresConnections;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks sessions at once what may take long, and waits for all. Where the work is not wanted any
 * more, or one of them fails, the queries of the others are cancelled rather than waited for.
 */
public final class CancellableQueries {
  private static final Logger LOG = LoggerFactory.getLogger(CancellableQueries.class);
  private static final Duration LOOK = Duration.ofMillis(200);

  private CancellableQueries() {}

  /**
   * What is asked of a session.
   *
   * @param session used by nobody else meanwhile
   */
  public record Query<T>(Connection session, Callable<T> work) {}

  /**
   * Asks.
   *
   * @param cancelled whether the work is not wanted any more
   * @return what each said, in their order
   * @throws TaskReleasedException where the work is not wanted any more
   * @throws Exception what one of them threw
   */
  public static <T> List<T> ask(BooleanSupplier cancelled, List<Query<T>> queries)
      throws Exception {
    List<FutureTask<T>> answers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (Query<T> query : queries) {
      FutureTask<T> answer = new FutureTask<>(query.work());
      answers.add(answer);
      threads.add(Thread.ofVirtual().name("query-" + answers.size()).start(answer));
    }
    boolean answered = false;
    try {
      List<T> found = new ArrayList<>();
      while (!areDone(answers)) {
        if (cancelled.getAsBoolean()) {
          throw new TaskReleasedException("what was asked is not wanted any more");
        }
      }
      answered = true;
      for (FutureTask<T> answer : answers) {
        found.add(answer.get());
      }
      return found;
    } finally {
      if (!answered) {
        // A query may begin just behind a cancellation, so it is cancelled until its thread ends.
        while (!haveEnded(threads)) {
          queries.forEach(query -> cancel(query.session()));
        }
      }
    }
  }

  /** Whether all have answered, after a look at each; throws where one failed. */
  private static boolean areDone(List<? extends FutureTask<?>> answers) throws Exception {
    boolean all = true;
    for (FutureTask<?> answer : answers) {
      // Only the first that is not done yet is waited for, so that a failure is seen at once.
      boolean done = all ? isDone(answer, LOOK) : isDone(answer, Duration.ZERO);
      all &= done;
    }
    return all;
  }

  private static boolean isDone(FutureTask<?> answer, Duration limit) throws Exception {
    try {
      answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof Exception cause ? cause : failed;
    }
  }

  private static boolean haveEnded(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      if (!thread.join(LOOK)) {
        return false;
      }
    }
    return true;
  }

  private static void cancel(Connection session) {
    try {
      PostgresConnections.cancelStatement(session);
    } catch (SQLException gone) {
      LOG.debug("cancelling a query gave {}", gone.getSQLState());
    }
  }
}
