package dev.sensei.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends servers that a former launcher left on a directory, which happens where their watching shell
 * was killed together with the launcher. A process counts as ours only if the kernel says that it
 * works in our directory and runs our kind of program; the caller holds the directory's lock, so
 * none of them has an owner.
 */
final class LeftoverProcesses {
  private static final Logger log = LoggerFactory.getLogger(LeftoverProcesses.class);
  private static final Path PROC = Path.of("/proc");

  private LeftoverProcesses() {}

  /**
   * Ends them and waits until they are gone.
   *
   * @param workingDirectory the real path of the directory that they work in
   * @param program the file name of the program that they run
   * @param limit how long to wait for each
   */
  static void end(Path workingDirectory, String program, Duration limit) {
    for (ProcessHandle process : find(workingDirectory, program)) {
      log.warn(
          "Ending {} (pid {}), which a former launcher left on {}",
          program,
          process.pid(),
          workingDirectory);
      process.destroyForcibly();
      try {
        process.onExit().get(limit.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PlatformException.StartFailed("Interrupted while ending a former server", e);
      } catch (TimeoutException | ExecutionException e) {
        throw new PlatformException.StartFailed(
            "The process %d (%s) of a former launcher still works in %s. End it and start again."
                .formatted(process.pid(), program, workingDirectory),
            e);
      }
    }
  }

  private static List<ProcessHandle> find(Path workingDirectory, String program) {
    List<ProcessHandle> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (link(process.resolve("cwd")).filter(workingDirectory::equals).isPresent()
            && link(process.resolve("exe")).filter(exe -> runs(exe, program)).isPresent()) {
          ProcessHandle.of(Long.parseLong(process.getFileName().toString())).ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The list of processes cannot be read", e);
    } catch (DirectoryIteratorException e) {
      throw new UncheckedIOException("The list of processes cannot be read", e.getCause());
    }
    return found;
  }

  private static boolean runs(Path executable, String program) {
    String name = executable.getFileName().toString();
    return name.equals(program) || name.equals(program + " (deleted)");
  }

  /** The target of a link of a process; none where the process is gone or another user's. */
  private static Optional<Path> link(Path link) {
    try {
      return Optional.of(Files.readSymbolicLink(link));
    } catch (IOException goneOrForeign) {
      return Optional.empty();
    }
  }
}
