package dev.sensei.cli.proof;

import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The PostgreSQL servers of all proofs, one for sources and one for targets. They are two, since
 * what is written anywhere on a source's server counts as a change of the source.
 */
final class ProofServers implements AutoCloseable {
  private final Path directory;
  private final PostgresServer sources;
  private final PostgresServer targets;

  private ProofServers() throws IOException {
    directory = Files.createTempDirectory("sensei-proofs-");
    sources = start(directory.resolve("sources"));
    targets = start(directory.resolve("targets"));
  }

  private static PostgresServer start(Path directory) {
    return PostgresServer.start(
        // Statistics gathered by themselves would count as a change of the source.
        PostgresSettings.in(directory)
            .with(Map.of("autovacuum", "off", "synchronous_commit", "off")));
  }

  /** Gives the servers to test methods and constructors that ask for it. */
  static final class Extension implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
        ExtensionContext.Namespace.create(ProofServers.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == ProofServers.class;
    }

    @Override
    public ProofServers resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(NAMESPACE)
          .getOrComputeIfAbsent(
              ProofServers.class,
              key -> {
                try {
                  return new ProofServers();
                } catch (IOException failed) {
                  throw new IllegalStateException("the proofs' servers did not start", failed);
                }
              },
              ProofServers.class);
    }
  }

  /** Makes a source and fills it with these statements. */
  ProofDatabase source(String name, List<String> statements) throws SQLException {
    return fill(sources.createDatabase(name), statements);
  }

  /** Makes a target and fills it with these statements. */
  ProofDatabase target(String name, String... statements) throws SQLException {
    return fill(targets.createDatabase(name), List.of(statements));
  }

  private static ProofDatabase fill(PostgresServer.Endpoint endpoint, List<String> statements)
      throws SQLException {
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
    return new ProofDatabase(endpoint);
  }

  /** The variables by which a process finds the passwords of the databases here. */
  Map<String, String> passwords() {
    return Map.of(
        "SOURCE_PGPASSWORD",
        sources.endpoint().password(),
        "TARGET_PGPASSWORD",
        targets.endpoint().password());
  }

  @Override
  public void close() throws IOException {
    targets.close();
    sources.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
