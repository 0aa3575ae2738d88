package dev.sensei.agents.testing;

import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** One PostgreSQL server for all tests of a module; it ends with the process. */
public final class OnPostgres {
  private static final PostgresServer SERVER = start();
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private OnPostgres() {}

  /** The server's own database. */
  public static PostgresServer.Endpoint server() {
    return SERVER.endpoint();
  }

  /** A new, empty database, whose name begins with this word. */
  public static PostgresServer.Endpoint newDatabase(String word) throws SQLException {
    return SERVER.createDatabase(word + DATABASES.incrementAndGet());
  }

  private static PostgresServer start() {
    try {
      Path directory = Files.createTempDirectory("sensei-agents");
      PostgresServer server =
          PostgresServer.start(
              PostgresSettings.in(directory.resolve("postgres")).with("fsync", "off"));
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, directory)));
      return server;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static void end(PostgresServer server, Path directory) {
    server.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
