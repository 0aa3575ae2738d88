package dev.sensei.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sensei.cli.Person.Outcome;
import dev.sensei.cli.display.MigrationView;
import dev.sensei.cli.run.Decision;
import dev.sensei.cli.run.MigrateRequest;
import dev.sensei.cli.run.PlanSummary;
import dev.sensei.cli.run.PlatformLocation;
import dev.sensei.cli.run.RunListener;
import dev.sensei.cli.run.RunResult;
import dev.sensei.cli.spec.MigrationSpec;
import dev.sensei.databases.DatabaseUri;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresServer.Endpoint;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.platform.RunningPlatform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One system that is up on a data directory for all tests that ask for it, with a server of
 * databases, and commands given from other terminals.
 */
final class RunningSystem implements AutoCloseable {
  static final String OWNER = "ada";
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern ID = Pattern.compile("Migration (m-[0-9a-f-]+)\\.");

  final Path directory;
  final Person person;
  final PostgresServer server;
  final RunningPlatform running;
  private final Thread up;

  private RunningSystem() throws IOException, SQLException {
    directory = Files.createTempDirectory("sensei-running");
    person = new Person(directory);
    up = Thread.ofPlatform().start(() -> new Person(directory).runs("up", "--data-dir", data()));
    server = PostgresServer.start(PostgresSettings.in(directory.resolve("server")));
    server.createRole("poor", "poor");
    sql(
        server.createDatabase("shop"),
        "CREATE TABLE customer (id int PRIMARY KEY, name text)",
        "INSERT INTO customer SELECT g, 'name ' || g FROM generate_series(1, 100) g",
        "CREATE TABLE purchase (id int PRIMARY KEY, customer int REFERENCES customer)",
        "INSERT INTO purchase SELECT g, g FROM generate_series(1, 100) g");
    await().atMost(PATIENCE).until(() -> RunningPlatform.find(Path.of(data())).isPresent());
    running = RunningPlatform.find(Path.of(data())).orElseThrow();
  }

  /** Hands the system to tests; it ends when all of them have. */
  static final class Extension implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
        ExtensionContext.Namespace.create(RunningSystem.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == RunningSystem.class;
    }

    @Override
    public RunningSystem resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(NAMESPACE)
          .getOrComputeIfAbsent(
              RunningSystem.class,
              key -> {
                try {
                  return new RunningSystem();
                } catch (IOException | SQLException failed) {
                  throw new IllegalStateException("the system did not start", failed);
                }
              },
              RunningSystem.class);
    }
  }

  @Override
  public void close() throws IOException {
    up.interrupt();
    try {
      up.join(PATIENCE);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
    server.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  static String id(Outcome outcome) {
    Matcher found = ID.matcher(outcome.out());
    assertThat(found.find()).as(outcome.toString()).isTrue();
    return found.group(1);
  }

  Outcome here(String... arguments) {
    return person.runs(
        Stream.concat(Stream.of(arguments), Stream.of("--data-dir", data()))
            .toArray(String[]::new));
  }

  Outcome migrate(Endpoint source, Endpoint target) {
    return migrate(uri(source), uri(target), new String[] {"--yes"});
  }

  Outcome migrate(String source, String target, String... more) {
    String from = source.contains("://") ? source : uri(server.endpoint().withDatabase(source));
    return person.runs(
        Stream.concat(
                Stream.of(
                    "migrate",
                    "--as",
                    OWNER,
                    "--data-dir",
                    data(),
                    "--kafka",
                    running.bootstrapServers(),
                    "--registry",
                    running.registryUrl(),
                    "--source",
                    from,
                    "--target",
                    target),
                Stream.of(more))
            .toArray(String[]::new));
  }

  /** By the running system, with what a person decides and is told. */
  RunResult migrate(
      Endpoint target, Function<PlanSummary, Decision> decision, Consumer<String> told)
      throws InterruptedException {
    RunListener listener =
        new RunListener() {
          @Override
          public void note(String line) {
            told.accept(line);
          }

          @Override
          public String command(String name, String migrationId) {
            return "sensei %s %s".formatted(name, migrationId);
          }

          @Override
          public void progress(MigrationView view) {}

          @Override
          public Decision decide(PlanSummary plan) {
            return decision.apply(plan);
          }
        };
    return Wiring.backend()
        .runner()
        .migrate(
            new MigrateRequest(
                new PlatformLocation.Separate(
                    Path.of(data()), running.bootstrapServers(), running.registryUrl()),
                DatabaseUri.parse(uri(server.endpoint().withDatabase("shop"))),
                DatabaseUri.parse(uri(target)),
                MigrationSpec.DEFAULTS,
                Optional.of(directory.resolve(target.database() + ".jws")),
                OWNER,
                false),
            listener);
  }

  /** With a reference to the password, which every agent resolves by itself. */
  String uri(Endpoint database) {
    try {
      Path secret = directory.resolve("password-of-" + database.user());
      Files.writeString(secret, database.password());
      return database.uri() + "?passwordref=file://" + secret.toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String data() {
    return directory.resolve("data").toString();
  }

  static void sql(Endpoint database, String... statements) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  /** Every schema and relation of a database, and the rows of its customers. */
  static List<String> contents(Endpoint database) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT nspname FROM pg_namespace UNION ALL SELECT oid::regclass::text FROM pg_class"
                  + " ORDER BY 1")) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
      if (found.contains("customer")) {
        try (ResultSet rows = statement.executeQuery("SELECT c::text FROM customer c")) {
          while (rows.next()) {
            found.add(rows.getString(1));
          }
        }
      }
    }
    return found;
  }
}
