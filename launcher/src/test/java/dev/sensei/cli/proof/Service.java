package dev.sensei.cli.proof;

import java.io.IOException;

/** A service of a system, in one process after the other. */
final class Service implements AutoCloseable {
  private final String name;
  private final Start start;
  private SenseiProcess process;

  /** What starts a process of it. */
  @FunctionalInterface
  interface Start {
    SenseiProcess process() throws IOException;
  }

  Service(String name, Start start) throws IOException {
    this.name = name;
    this.start = start;
    this.process = start.process();
  }

  String name() {
    return name;
  }

  /** The process that it is now, or was last. */
  synchronized SenseiProcess process() {
    return process;
  }

  /** Kills its process as kill -9 does. */
  void kill() throws InterruptedException {
    process().kill();
  }

  /** Starts it again where its process has ended; says whether it had. */
  synchronized boolean startAgain() throws IOException {
    if (process.exitCode().isEmpty()) {
      return false;
    }
    process = start.process();
    return true;
  }

  @Override
  public void close() throws IOException {
    process().close();
  }
}
