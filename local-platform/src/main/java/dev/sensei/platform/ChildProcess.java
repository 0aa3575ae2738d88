package dev.sensei.platform;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that cannot outlive this process, however this process dies.
 *
 * <p>Between us and the program stands a shell that reads a pipe whose only writer is this process.
 * A line in the pipe is the name of a signal to send on. The end of the pipe, which the kernel
 * brings about even on {@code kill -9}, makes it end the program. Since the shell starts the
 * program itself there is no moment in which the program runs unwatched. The shell ends with the
 * program's own exit status, and stays in our process group.
 *
 * <p>Signals from a terminal reach the whole group. The shell ignores them, and so does a program
 * that does not handle them, so that the launcher decides the order in which things stop.
 */
final class ChildProcess {
  /** Tenths of a second which the program gets after the last signal, before it is killed. */
  private static final int GRACE_TENTHS = 50;

  private static final String WATCH =
      """
      trap '' INT TERM HUP
      exec 3<&0 </dev/null
      last=$1
      shift
      "$@" 3<&- &
      child=$!
      (
        while read -r signal <&3; do kill -s "$signal" "$child"; done
        kill -s "$last" "$child"
        n=0
        while [ $n -lt %d ] && kill -0 "$child"; do sleep 0.1; n=$((n + 1)); done
        kill -s KILL "$child"
      ) 2>/dev/null &
      watcher=$!
      exec 3<&-
      wait "$child"
      status=$?
      kill -s KILL "$watcher"
      wait "$watcher" 2>/dev/null
      exit $status
      """
          .formatted(GRACE_TENTHS);

  private static final int TAIL_BYTES = 4_000;
  private static final int TAIL_LINES = 15;

  private final String name;
  private final Process shell;
  private final Path log;

  private ChildProcess(String name, Process shell, Path log) {
    this.name = name;
    this.shell = shell;
    this.log = log;
  }

  /**
   * Starts a program.
   *
   * @param name what messages call it
   * @param command the program and its arguments
   * @param environment all variables it gets, beside {@code PATH}
   * @param directory its working directory
   * @param log the file that takes its output; the former one is kept beside it as {@code .1}
   * @param lastSignal the signal that ends the program when this process is gone
   */
  static ChildProcess start(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path directory,
      Path log,
      String lastSignal)
      throws IOException {
    rotate(log);
    List<String> watched = new ArrayList<>(List.of("/bin/sh", "-c", WATCH, "watch", lastSignal));
    watched.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(watched)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    String path = System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    builder.environment().clear();
    builder.environment().put("PATH", path);
    builder.environment().putAll(environment);
    return new ChildProcess(name, builder.start(), log);
  }

  private static void rotate(Path log) throws IOException {
    OwnerOnly.createDirectories(log.toAbsolutePath().getParent());
    if (Files.exists(log)) {
      Files.move(
          log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Sends a signal to the program; one that has ended is no error. */
  void signal(String signal) {
    try {
      OutputStream pipe = shell.getOutputStream();
      pipe.write((signal + "\n").getBytes(StandardCharsets.US_ASCII));
      pipe.flush();
    } catch (IOException ended) {
      if (shell.isAlive()) {
        throw new UncheckedIOException("The pipe to %s broke".formatted(name), ended);
      }
    }
  }

  /** Waits for the end; false where the time ran out first. */
  boolean awaitEnd(Duration limit) {
    try {
      return shell.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new PlatformException.StartFailed(
          "Interrupted while waiting for %s".formatted(name), interrupted);
    }
  }

  boolean isAlive() {
    return shell.isAlive();
  }

  /** The exit status of a program that has ended. */
  int exitValue() {
    return shell.exitValue();
  }

  /** Runs the action, on a thread of its own, when the program has ended. */
  void onEnd(Runnable action) {
    var _ = shell.onExit().thenRun(action);
  }

  /** Sends the signal and waits; a program that stays longer than the limit is killed. */
  void stop(String signal, Duration limit) {
    boolean interrupted = Thread.interrupted();
    signal(signal);
    if (!awaitEnd(limit)) {
      signal("KILL");
      awaitEnd(limit);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The last lines that the program wrote. */
  String logTail() {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      byte[] bytes = new byte[(int) Math.min(TAIL_BYTES, file.length())];
      file.seek(file.length() - bytes.length);
      file.readFully(bytes);
      List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException unreadable) {
      return "(no log: %s)".formatted(unreadable.getMessage());
    }
  }

  /** The failure to throw where the program ended, or took too long, before it was ready. */
  PlatformException.StartFailed startFailure(String what) {
    return new PlatformException.StartFailed(
        "%s %s. Its log is %s and ends with:%n%s".formatted(name, what, log, logTail()));
  }

  /** What its end means, in one sentence. */
  String endMessage() {
    return "%s ended by itself with status %d. Its log is %s"
        .formatted(name, shell.exitValue(), log);
  }
}
