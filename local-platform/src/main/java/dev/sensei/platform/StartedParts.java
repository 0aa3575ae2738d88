package dev.sensei.platform;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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

  /** Parts that build on each other, and on no other line's. The announcement goes first. */
  enum Line {
    ANNOUNCEMENT,
    KAFKA,
    DATABASES
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
    // An interrupt must not reach parts that are being waited for: they end in their own time.
    boolean interrupted = Thread.interrupted();
    stopping.lock();
    try {
      stop(stops.getOrDefault(Line.ANNOUNCEMENT, new ArrayDeque<>()));
      List<Thread> threads =
          stops.values().stream().map(line -> Thread.ofVirtual().start(() -> stop(line))).toList();
      for (Thread each : threads) {
        interrupted |= joined(each);
      }
      stops.clear();
      directory.close();
    } finally {
      stopping.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for the end of a thread; whether this one was interrupted meanwhile. */
  private static boolean joined(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        return interrupted;
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
  }

  private static void stop(Deque<Runnable> line) {
    while (!line.isEmpty()) {
      Runnable stop = line.pop();
      try {
        stop.run();
      } catch (Throwable e) {
        // The others have to be stopped all the same; Kafka's Scala throws what it does not
        // declare.
        log.error("A part of the platform did not stop cleanly", e);
      }
    }
  }
}
