package dev.sensei.platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** A launcher in a JVM of its own, to be killed; and what it leaves behind. */
final class LauncherProcess {
  static final String READY = "ready";

  private LauncherProcess() {}

  /** Starts a platform on the directory, says so, and waits to be ended. */
  public static void main(String[] arguments) throws InterruptedException {
    LocalPlatform platform =
        LocalPlatform.start(
            PlatformSettings.in(Path.of(arguments[0]))
                .withTopics(List.of(new TopicSpec("made-by-launcher", 1, Map.of()))));
    System.out.println(READY + " " + platform.bootstrapServers());
    new CountDownLatch(1).await();
  }

  static Process spawn(Path dataDirectory) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx512m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            LauncherProcess.class.getName(),
            dataDirectory.toString())
        .redirectErrorStream(true)
        .start();
  }

  /** Reads what the launcher prints up to its word that the platform is up. */
  static void awaitReady(Process launcher) throws IOException {
    BufferedReader output = launcher.inputReader();
    StringBuilder read = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(READY)) {
        return;
      }
      read.append(line).append('\n');
    }
    throw new AssertionError("The launcher ended early:\n" + read);
  }

  /** The processes that work in a directory or somewhere below it, with their command lines. */
  static List<String> processesIn(Path directory) throws IOException {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(process -> process.getFileName().toString().matches("\\d+"))
          .filter(process -> worksIn(process, directory))
          .map(process -> process.getFileName() + " " + commandOf(process))
          .toList();
    }
  }

  private static boolean worksIn(Path process, Path directory) {
    try {
      return Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory);
    } catch (IOException gone) {
      return false;
    }
  }

  private static String commandOf(Path process) {
    try {
      return Files.readString(process.resolve("cmdline")).replace('\0', ' ');
    } catch (IOException gone) {
      return "(gone)";
    }
  }
}
