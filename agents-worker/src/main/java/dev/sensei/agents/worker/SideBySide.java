package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.databases.PostgresConnections;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.schemas.common.DatabaseReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the jobs of a task on sessions of the target, each job on one of them, several at once where
 * that is allowed.
 *
 * <p>A task always has one session. Those beside it come out of one number for all tasks of the
 * worker, so that many tables in hand do not open as many sessions as all their indexes could use.
 * Where a job fails, or the task is not wanted any more, what the other sessions run is cancelled
 * and rolled back, and none of them is used again. All of them have ended when this returns.
 */
final class SideBySide {
  private static final Logger LOG = LoggerFactory.getLogger(SideBySide.class);
  private static final long LOOK_MILLIS = 100;
  private static final long CANCEL_AGAIN_NANOS = 1_000_000_000;

  private final Sessions sessions;
  private final BuildSettings settings;
  private final Semaphore beside;

  SideBySide(Sessions sessions, BuildSettings settings) {
    this.sessions = sessions;
    this.settings = settings;
    this.beside = new Semaphore(settings.sessionsBeside());
  }

  /** What is to be done on a session of the target, which commits by itself. */
  @FunctionalInterface
  interface Job {
    void run(Connection target) throws Exception;
  }

  /** What is to be found out on a session of the target. */
  @FunctionalInterface
  interface Question<T> {
    T ask(Connection target) throws Exception;
  }

  /**
   * Does one thing about a table that may take long, and is cancelled where nobody wants it any
   * more.
   *
   * @throws TaskReleasedException where the task is not wanted any more
   * @throws Exception what it threw
   */
  <T> T cancellably(TableTask table, Question<T> question) throws Exception {
    List<T> answers = new ArrayList<>();
    inOrder(
        table.context(), table.target(), List.of(session -> answers.add(question.ask(session))));
    return answers.getFirst();
  }

  /**
   * Does the jobs one after the other, on one session.
   *
   * @throws TaskReleasedException where the task is not wanted any more
   * @throws Exception what the job threw that failed
   */
  void inOrder(TaskContext context, DatabaseReference target, List<Job> jobs) throws Exception {
    new Round(context, target, jobs).run(false);
  }

  /**
   * Does the jobs several at once; they are begun in their order.
   *
   * @throws TaskReleasedException where the task is not wanted any more
   * @throws Exception what the first job threw that failed
   */
  void atOnce(TaskContext context, DatabaseReference target, List<Job> jobs) throws Exception {
    new Round(context, target, jobs).run(true);
  }

  /** The jobs of one task. Its monitor guards all that changes. */
  private final class Round {
    private final TaskContext context;
    private final DatabaseReference target;
    private final Queue<Job> waiting;
    private final Set<Connection> atWork = new HashSet<>();
    private final Semaphore ends = new Semaphore(0);
    private int undone;
    private int threads;
    private boolean mayGrow = true;
    private boolean stopping;
    private Optional<Exception> failure = Optional.empty();

    Round(TaskContext context, DatabaseReference target, List<Job> jobs) {
      this.context = context;
      this.target = target;
      this.waiting = new ArrayDeque<>(jobs);
      this.undone = jobs.size();
    }

    void run(boolean several) throws Exception {
      context.throwIfCancelled();
      if (undone == 0) {
        return;
      }
      mayGrow = several;
      begin(false);
      boolean interrupted = awaitEnd();
      synchronized (this) {
        if (failure.isPresent()) {
          throw failure.get();
        }
        if (interrupted) {
          throw new InterruptedException("the target's statements were stopped");
        }
        if (undone > 0 && stopping) {
          throw new TaskReleasedException("the work was stopped; what was in work is undone");
        }
        if (undone > 0) {
          throw new IllegalStateException("%d jobs ended without a result".formatted(undone));
        }
      }
    }

    /** Looks after the sessions until all have ended; whether this thread was interrupted. */
    private boolean awaitEnd() {
      boolean interrupted = false;
      long stoppedAt = 0;
      long cancelledAt = 0;
      long wait = settings.patience().toMillis();
      while (pause(wait)) {
        wait = LOOK_MILLIS;
        interrupted |= Thread.interrupted();
        if (interrupted || context.cancelled()) {
          stop();
        }
        if (!isStopping()) {
          grow();
          continue;
        }
        long now = System.nanoTime();
        if (stoppedAt == 0) {
          stoppedAt = now;
        }
        if (now - stoppedAt > settings.stopWait().toNanos()) {
          sessionsAtWork().forEach(SideBySide::abort);
        } else if (cancelledAt == 0 || now - cancelledAt > CANCEL_AGAIN_NANOS) {
          // Again, since a cancellation between two statements has no effect.
          sessionsAtWork().forEach(SideBySide::cancel);
          cancelledAt = now;
        }
      }
      return interrupted;
    }

    /** Waits for a thread to end, at most so long; false where all have. */
    private boolean pause(long millis) {
      try {
        if (!ends.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
          return true;
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
      synchronized (this) {
        return threads > 0;
      }
    }

    private synchronized void stop() {
      stopping = true;
    }

    private synchronized boolean isStopping() {
      return stopping;
    }

    private synchronized List<Connection> sessionsAtWork() {
      return List.copyOf(atWork);
    }

    private void grow() {
      while (wantsMore() && beside.tryAcquire()) {
        begin(true);
      }
    }

    private synchronized boolean wantsMore() {
      return mayGrow && !stopping && threads < undone && !waiting.isEmpty();
    }

    private void begin(boolean another) {
      synchronized (this) {
        threads++;
      }
      Thread.ofVirtual()
          .name("sensei-worker-build")
          .start(
              () -> {
                try {
                  work(another);
                } catch (Exception failed) {
                  failed(failed);
                } finally {
                  if (another) {
                    beside.release();
                  }
                  ended();
                }
              });
    }

    private void work(boolean another) throws Exception {
      Optional<Sessions.Lease> leased = another ? leaseIfThereIs() : Optional.of(lease());
      if (leased.isEmpty()) {
        return;
      }
      try (Sessions.Lease lease = leased.get()) {
        Connection session = lease.connection();
        boolean done = false;
        try {
          for (Optional<Job> job = next(session); job.isPresent(); job = next(session)) {
            job.get().run(session);
            did();
          }
          done = true;
        } finally {
          // One that is being cancelled must not serve another task, which that would reach.
          if (leave(session) && done) {
            lease.done();
          }
        }
      }
    }

    private Sessions.Lease lease() {
      return sessions.target(target);
    }

    /** A server may have no more sessions to give; then those that there are do the work. */
    private Optional<Sessions.Lease> leaseIfThereIs() {
      try {
        return Optional.of(lease());
      } catch (DatabaseException refused) {
        LOG.info("building with the sessions there are: {}", refused.getMessage());
        synchronized (this) {
          mayGrow = false;
        }
        return Optional.empty();
      }
    }

    private synchronized Optional<Job> next(Connection session) {
      Optional<Job> job = stopping ? Optional.empty() : Optional.ofNullable(waiting.poll());
      if (job.isPresent()) {
        atWork.add(session);
      }
      return job;
    }

    private synchronized void did() {
      undone--;
    }

    /** Whether the session is free of all cancellations. */
    private synchronized boolean leave(Connection session) {
      atWork.remove(session);
      return !stopping;
    }

    /** What fails once the others are being stopped fails for that reason. */
    private synchronized void failed(Exception thrown) {
      if (!stopping) {
        failure = Optional.of(thrown);
        stopping = true;
      }
    }

    private synchronized void ended() {
      threads--;
      ends.release();
    }
  }

  private static void cancel(Connection session) {
    try {
      PostgresConnections.cancelStatement(session);
    } catch (SQLException ended) {
      LOG.debug("cancelling a statement of the target gave {}", ended.getSQLState());
    }
  }

  private static void abort(Connection session) {
    try {
      session.abort(Runnable::run);
    } catch (SQLException ended) {
      LOG.debug("aborting a session of the target gave {}", ended.getSQLState());
    }
  }
}
