package dev.sensei.databases;

import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Servers that the tests of this module share, started when first asked for. */
public final class TestServer {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final DatabaseUri administrator;

  private TestServer(DatabaseUri administrator) {
    this.administrator = administrator;
  }

  /** The server that comes with the local platform. */
  public static TestServer bundled() {
    return Bundled.SERVER;
  }

  /** A server of the version that the machine has installed, where it has one. */
  public static Optional<TestServer> installed() {
    return InstalledPostgres.start().map(TestServer::new);
  }

  /** All servers there are. */
  public static Stream<TestServer> all() {
    return Stream.concat(Stream.of(bundled()), installed().stream());
  }

  /** A new, empty database. */
  public DatabaseUri newDatabase() {
    String name = "test_" + DATABASES.incrementAndGet();
    execute(administrator, "CREATE DATABASE " + name);
    return administrator.withDatabase(name);
  }

  /** A new database with what the resource beside {@link TestServer} builds. */
  public DatabaseUri newDatabase(String resource) {
    DatabaseUri database = newDatabase();
    execute(database, resource(resource));
    return database;
  }

  public static Connection connect(DatabaseUri uri) {
    return new PostgresConnections(
            uri, new PasswordSource(DatabaseRole.SOURCE, Map.of(), Path.of("/nowhere")))
        .open("sensei-test");
  }

  public static void execute(DatabaseUri uri, String sql) {
    try (Connection connection = connect(uri);
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("a statement of the test failed", e);
    }
  }

  public static String resource(String name) {
    try (InputStream in = TestServer.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return administrator.toString();
  }

  /** Starts a server that ends with the process and leaves nothing behind. */
  static PostgresServer startForThisProcess() {
    try {
      Path directory = Files.createTempDirectory("sensei-databases-test");
      PostgresServer server =
          PostgresServer.start(
              PostgresSettings.in(directory.resolve("bundled")).with("fsync", "off"));
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    server.close();
                    delete(directory);
                  }));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      System.err.println("left behind: " + directory);
    }
  }

  private static final class Bundled {
    static final TestServer SERVER = start();

    private static TestServer start() {
      PostgresServer.Endpoint endpoint = startForThisProcess().endpoint();
      return new TestServer(
          new DatabaseUri(
              endpoint.user(),
              Optional.of(endpoint.password()),
              endpoint.host(),
              endpoint.port(),
              endpoint.database(),
              Map.of()));
    }
  }
}
