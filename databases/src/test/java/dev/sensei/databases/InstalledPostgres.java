package dev.sensei.databases;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** PostgreSQL 15 as Debian installs it, on loopback, for tests against an older server. */
public final class InstalledPostgres {
  private static final Path PROGRAMS = Path.of("/usr/lib/postgresql/15/bin");
  private static final int LIMIT_SECONDS = 60;

  private InstalledPostgres() {}

  static Optional<DatabaseUri> start() {
    return Running.URI;
  }

  /** What pg_dump says of the schema, without comments, in no particular order. */
  public static List<String> dump(DatabaseUri uri) {
    String text =
        run(
            List.of(
                PROGRAMS.resolve("pg_dump").toString(),
                "--schema-only",
                "--dbname",
                "postgresql://%s@%s:%d/%s"
                    .formatted(uri.user(), uri.host(), uri.port(), uri.database())));
    return text.lines()
        .filter(line -> !line.isBlank() && !line.startsWith("--") && !line.startsWith("\\"))
        .sorted()
        .toList();
  }

  private static final class Running {
    static final Optional<DatabaseUri> URI =
        Files.isExecutable(PROGRAMS.resolve("initdb")) ? Optional.of(launch()) : Optional.empty();

    private static DatabaseUri launch() {
      try {
        Path directory = Files.createTempDirectory("sensei-installed");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
          port = free.getLocalPort();
        }
        boolean root = "root".equals(System.getProperty("user.name"));
        if (root) {
          run(List.of("chown", "postgres", directory.toString()));
        }
        Path data = directory.resolve("data");
        asOwner(
            root,
            "initdb",
            "-D",
            data.toString(),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync");
        asOwner(
            root,
            "pg_ctl",
            "-D",
            data.toString(),
            "-w",
            "-l",
            directory.resolve("log").toString(),
            "-o",
            "-p " + port + " -h 127.0.0.1 -c fsync=off -c unix_socket_directories=''",
            "start");
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      asOwner(root, "pg_ctl", "-D", data.toString(), "-m", "immediate", "stop");
                      run(List.of("rm", "-rf", directory.toString()));
                    }));
        return DatabaseUri.parse("postgresql://postgres@127.0.0.1:" + port + "/postgres");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void asOwner(boolean root, String program, String... arguments) {
      List<String> command = new ArrayList<>();
      if (root) {
        command.addAll(List.of("runuser", "-u", "postgres", "--"));
      }
      command.add(PROGRAMS.resolve(program).toString());
      command.addAll(List.of(arguments));
      run(command);
    }
  }

  private static String run(List<String> command) {
    try {
      Path output = Files.createTempFile("sensei-output", ".txt");
      Process process =
          new ProcessBuilder(command)
              .directory(Path.of("/").toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(
            String.join(" ", command) + " failed: " + Files.readString(output));
      }
      String text = Files.readString(output, StandardCharsets.UTF_8);
      Files.delete(output);
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
