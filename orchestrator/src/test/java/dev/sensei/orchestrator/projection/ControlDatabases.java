package dev.sensei.orchestrator.projection;

import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives each test an empty control database of its own, on one server for all of them. */
final class ControlDatabases implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(ControlDatabases.class);
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private record Server(PostgresServer postgres, Path directory) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      postgres.close();
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  private record Opened(ControlDatabase database) implements AutoCloseable {
    @Override
    public void close() {
      database.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == ControlDatabase.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    PostgresServer server =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .getOrComputeIfAbsent("server", _ -> start(), Server.class)
            .postgres();
    try {
      PostgresServer.Endpoint endpoint =
          server.createDatabase("control_" + NUMBER.incrementAndGet());
      ControlDatabase database =
          ControlDatabase.open(
              ControlDatabase.Settings.of(
                  endpoint.jdbcUrl(), endpoint.user(), endpoint.password()));
      context.getStore(NAMESPACE).put("database " + NUMBER.get(), new Opened(database));
      return database;
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static Server start() {
    try {
      Path directory = Files.createTempDirectory("control-database");
      return new Server(
          PostgresServer.start(PostgresSettings.in(directory.resolve("postgres"))), directory);
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
