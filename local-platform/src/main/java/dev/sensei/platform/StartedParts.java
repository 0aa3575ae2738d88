package dev.sensei.platform;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been started, to be stopped in the opposite order: by its owner, or by the end of the
 * process. What comes up after that is stopped on arrival.
 */
final class StartedParts {
  private static final Logger log = LoggerFactory.getLogger(StartedParts.class);

  private final DirectoryLock directory;
  private final Thread atExit = new Thread(this::stopAll, "platform-stop");
  private final ReentrantLock stopping = new ReentrantLock();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Deque<Runnable> stops = new ArrayDeque<>();

  StartedParts(DirectoryLock directory, boolean closeOnShutdown) {
    this.directory = directory;
    if (closeOnShutdown) {
      Runtime.getRuntime().addShutdownHook(atExit);
    }
  }

  /** Notes how to stop a part that has just come up. */
  void add(Runnable stop) {
    stopping.lock();
    try {
      if (!closing.get()) {
        stops.push(stop);
        return;
      }
    } finally {
      stopping.unlock();
    }
    stop.run();
    throw new PlatformException.StartFailed("The platform was closed while it started.");
  }

  boolean isClosing() {
    return closing.get();
  }

  /** Stops everything; returns when it is done, also where another thread does it. */
  void close() {
    stopAll();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException processEnds) {
      log.debug("Closed while the process ends");
    }
  }

  private void stopAll() {
    closing.set(true);
    stopping.lock();
    try {
      while (!stops.isEmpty()) {
        Runnable stop = stops.pop();
        try {
          stop.run();
        } catch (RuntimeException e) {
          // The others have to be stopped all the same.
          log.error("A part of the platform did not stop cleanly", e);
        }
      }
      directory.close();
    } finally {
      stopping.unlock();
    }
  }
}
