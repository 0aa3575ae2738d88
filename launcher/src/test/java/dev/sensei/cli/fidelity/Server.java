package dev.sensei.cli.fidelity;

import dev.sensei.agents.testing.OnPostgres;
import dev.sensei.platform.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server of one version, started when first asked for, that all tests of this process share. */
enum Server {
  /** The version that Debian has installed, where it has. */
  FIFTEEN,
  /** The version that the platform brings along. */
  EIGHTEEN;

  private static final Path PROGRAMS = Path.of("/usr/lib/postgresql/15/bin");
  private static final int LIMIT_SECONDS = 60;
  private static final AtomicInteger DATABASES = new AtomicInteger();

  boolean available() {
    return this == EIGHTEEN || Files.isExecutable(PROGRAMS.resolve("initdb"));
  }

  PostgresServer.Endpoint endpoint() {
    return switch (this) {
      case FIFTEEN -> Installed.ENDPOINT;
      case EIGHTEEN -> OnPostgres.server();
    };
  }

  /** A new database, a copy of another where one is named. */
  PostgresServer.Endpoint newDatabase(Optional<String> template) throws SQLException {
    String name = "fidelity_" + DATABASES.incrementAndGet();
    run(
        endpoint(),
        "CREATE DATABASE "
            + name
            + template.map(other -> " TEMPLATE " + other).orElse(" TEMPLATE template0"));
    return endpoint().withDatabase(name);
  }

  /** Gives a database settings that change what text means, which nothing may depend on. */
  void confuse(PostgresServer.Endpoint database) throws SQLException {
    List<String> settings =
        List.of(
            "DateStyle = 'SQL, DMY'",
            "IntervalStyle = 'sql_standard'",
            "TimeZone = 'America/St_Johns'",
            "extra_float_digits = -10",
            "bytea_output = 'escape'",
            "xmloption = 'document'",
            "xmlbinary = 'hex'",
            "array_nulls = off",
            "quote_all_identifiers = on",
            "search_path = nowhere",
            "standard_conforming_strings = off",
            "transform_null_equals = on",
            "default_transaction_isolation = 'serializable'");
    for (String setting : settings) {
      run(endpoint(), "ALTER DATABASE " + database.database() + " SET " + setting);
    }
  }

  void drop(PostgresServer.Endpoint database) throws SQLException {
    run(endpoint(), "DROP DATABASE " + database.database() + " WITH (FORCE)");
  }

  static void run(PostgresServer.Endpoint database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  private static final class Installed {
    static final PostgresServer.Endpoint ENDPOINT = start();

    private static PostgresServer.Endpoint start() {
      Path directory = directory();
      Path data = directory.resolve("data");
      int port = freePort();
      boolean root = "root".equals(System.getProperty("user.name"));
      if (root) {
        command(List.of("chown", "postgres", directory.toString()));
      }
      asOwner(
          root,
          "initdb",
          "-D",
          data.toString(),
          "-U",
          "sensei",
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
                    command(List.of("rm", "-rf", directory.toString()));
                  }));
      return new PostgresServer.Endpoint("127.0.0.1", port, "postgres", "sensei", "unused");
    }

    private static void asOwner(boolean root, String program, String... arguments) {
      List<String> words = new ArrayList<>();
      if (root) {
        words.addAll(List.of("runuser", "-u", "postgres", "--"));
      }
      words.add(PROGRAMS.resolve(program).toString());
      words.addAll(List.of(arguments));
      command(words);
    }
  }

  private static int freePort() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static Path directory() {
    try {
      return Files.createTempDirectory("sensei-fidelity");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static void command(List<String> words) {
    try {
      Path output = Files.createTempFile("sensei-output", ".txt");
      Process process =
          new ProcessBuilder(words)
              .directory(Path.of("/").toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(
            String.join(" ", words) + " failed: " + Files.readString(output));
      }
      Files.delete(output);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", stopped);
    }
  }
}
