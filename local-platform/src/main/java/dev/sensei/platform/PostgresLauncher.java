package dev.sensei.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * How PostgreSQL's programs are called by this user. They refuse to run as root, so root calls them
 * in a user namespace, in which its own files belong to an ordinary user: nothing changes owner,
 * and the process id stays the same.
 *
 * @param binaries where the programs are
 * @param prefix what stands before the program: nothing, or the command that enters the namespace
 */
record PostgresLauncher(Binaries binaries, List<String> prefix) {
  private static final List<String> NAMESPACE =
      List.of("unshare", "--user", "--map-user=1000", "--map-group=1000");
  private static final long PROBE_SECONDS = 10;

  /**
   * The launcher for this user.
   *
   * @throws PlatformException.StartFailed where root may not make a user namespace
   */
  static PostgresLauncher forThisUser(Binaries binaries) {
    if (!isRoot()) {
      return new PostgresLauncher(binaries, List.of());
    }
    if (!succeeds(Stream.concat(NAMESPACE.stream(), Stream.of("true")).toList())) {
      throw new PlatformException.StartFailed(
          "PostgreSQL does not run as root, and this system does not let root make a user namespace ('%s true' failed). Run as an ordinary user, or allow user namespaces (in a container: a seccomp profile that permits unshare)."
              .formatted(String.join(" ", NAMESPACE)));
    }
    return new PostgresLauncher(binaries, NAMESPACE);
  }

  /** The first words of a command that runs one of the programs. */
  List<String> program(String name) {
    return Stream.concat(prefix.stream(), Stream.of(binaries.postgresProgram(name).toString()))
        .toList();
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      throw new UncheckedIOException("The user of this process cannot be read from /proc", e);
    }
  }

  private static boolean succeeds(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException notInstalled) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
