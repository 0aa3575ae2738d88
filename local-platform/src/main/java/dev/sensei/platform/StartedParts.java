package dev.sensei.platform;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been started, to be stopped by its owner, or by the end of the process: what builds on
 * each other in the opposite order, and such lines beside each other. What comes up after that is
 * stopped on arrival.
 */
final class StartedParts {
  private static final Logger log = LoggerFactory.getLogger(StartedParts.class);

  private final DirectoryLock directory;
  private final Thread atExit = new Thread(this::stopAll, "platform-stop");
  private final ReentrantLock stopping = new ReentrantLock();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Map<Line, Deque<Runnable>> stops = new EnumMap<>(Line.class);

  /** Parts that build on each other, and on no other line's. */
  enum Line {
    KAFKA,
    DATABASES,
    ANNOUNCEMENT
  }

  StartedParts(DirectoryLock directory, boolean closeOnShutdown) {
    this.directory = directory;
    if (closeOnShutdown) {
      Runtime.getRuntime().addShutdownHook(atExit);
    }
  }

  /** Notes how to stop a part that has just come up. */
  void add(Line line, Runnable stop) {
    stopping.lock();
    try {
      if (!closing.get()) {
        stops.computeIfAbsent(line, _ -> new ArrayDeque<>()).push(stop);
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
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        stops.values().forEach(line -> threads.execute(() -> stop(line)));
      }
      stops.clear();
      directory.close();
    } finally {
      stopping.unlock();
    }
  }

  private static void stop(Deque<Runnable> line) {
    for (Runnable stop : line) {
      try {
        stop.run();
      } catch (RuntimeException e) {
        // The others have to be stopped all the same.
        log.error("A part of the platform did not stop cleanly", e);
      }
    }
  }
}
