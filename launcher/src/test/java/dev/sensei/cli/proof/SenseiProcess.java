package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sensei.cli.Main;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The command line, or another program of the proofs, in a process of its own. */
final class SenseiProcess implements AutoCloseable {
  /** Exit code of a process that was killed, or that a failpoint ended as if it were. */
  static final int KILLED = 137;

  private static final Duration END_LIMIT = Duration.ofSeconds(10);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Process process;
  private final Path out;
  private final Path err;

  private SenseiProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * What a process is started with.
   *
   * @param directory where its output and temporary files go; it is its home and working directory
   *     too
   * @param environment variables over this process's own; {@code SENSEI_HEAP} is its heap
   */
  record Surroundings(Path directory, Map<String, String> environment) {
    Surroundings {
      environment = Map.copyOf(environment);
    }

    /** The same, with one more variable. */
    Surroundings with(String variable, String value) {
      Map<String, String> more = new LinkedHashMap<>(environment);
      more.put(variable, value);
      return new Surroundings(directory, more);
    }

    /** Starts a command of the command line, as a person does. */
    SenseiProcess start(String... arguments) throws IOException {
      return start(Main.class, arguments);
    }

    /** Starts a program. */
    SenseiProcess start(Class<?> program, String... arguments) throws IOException {
      Path out =
          Files.createTempFile(directory, arguments[0].replaceAll("[^a-z]", "") + "-", ".out");
      Path err = Path.of(out.toString().replaceFirst("out$", "err"));
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+ExitOnOutOfMemoryError",
                  "-Xmx" + environment.getOrDefault("SENSEI_HEAP", "768m"),
                  "--enable-native-access=ALL-UNNAMED",
                  "--sun-misc-unsafe-memory-access=allow",
                  "-Duser.home=" + directory,
                  "-Djava.io.tmpdir=" + directory,
                  "-Dsensei.platform.binaries=" + binaries(),
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  program.getName()));
      command.addAll(List.of(arguments));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectInput(new File("/dev/null"))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      return new SenseiProcess(builder.start(), out, err);
    }

    /** Runs a command to its end, which has to come with this exit code. */
    SenseiProcess run(int exitCode, Duration limit, String... arguments)
        throws IOException, InterruptedException {
      SenseiProcess process = start(arguments);
      process.awaitExit(exitCode, limit);
      return process;
    }
  }

  /** The servers' programs, which the module beside this one unpacks. */
  private static Path binaries() {
    return Path.of(System.getProperty("basedir", System.getProperty("user.dir")))
        .toAbsolutePath()
        .resolveSibling("local-platform")
        .resolve("target/platform");
  }

  /** Waits for the end, which has to come with this exit code. */
  void awaitExit(int exitCode, Duration limit) throws IOException, InterruptedException {
    boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended) {
      kill();
    }
    assertThat(ended).as("ended within %s%n%s", limit, output()).isTrue();
    assertThat(process.exitValue()).as("exit code%n%s", output()).isEqualTo(exitCode);
  }

  /** Waits for the end, and says with which exit code it came. */
  int awaitEnd(Duration limit) throws IOException, InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("did not end within %s%n%s".formatted(limit, output()));
    }
    return process.exitValue();
  }

  /** What the system knows it by. */
  long pid() {
    return process.pid();
  }

  /** The code that it ended with; empty where it has not. */
  OptionalInt exitCode() {
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  /** Stops it in its tracks, as SIGSTOP does: its connections stay, and it answers nobody. */
  void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Lets it go on after {@link #freeze()}. */
  void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("/bin/sh", "-c", "kill -s %s %d".formatted(name, process.pid()))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** Kills it as kill -9 does. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Everything it has printed on standard output. */
  String printed() throws IOException {
    return Files.readString(out);
  }

  /** The one JSON document it has printed on standard output. */
  JsonNode document() throws IOException {
    return JSON.readTree(printed());
  }

  /** The JSON documents it has printed on standard output, one a line. */
  List<JsonNode> lines() throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (String line : Files.readAllLines(out)) {
      documents.add(JSON.readTree(line));
    }
    return documents;
  }

  /** Everything it has printed. */
  String output() throws IOException {
    return Files.readString(out) + Files.readString(err);
  }

  /** Waits until no process works on a directory any more. */
  static void awaitNobodyOn(Path directory) {
    Awaitility.await("nobody works on " + directory)
        .atMost(END_LIMIT)
        .untilAsserted(() -> assertThat(Processes.on(directory)).isEmpty());
  }

  /** Asks it to end, and does not wait. */
  void askToEnd() {
    process.destroy();
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
