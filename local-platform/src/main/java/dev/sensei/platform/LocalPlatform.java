package dev.sensei.platform;

import dev.sensei.platform.StartedParts.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka, a schema registry and PostgreSQL on one data directory that survives them: what Sensei
 * runs on where it is given nothing else. All three are the real servers, listen on loopback only,
 * and end with this process, however it ends.
 *
 * <p>The directory:
 *
 * <pre>
 * kafka/                 Kafka's log and ports
 * control/               the control PostgreSQL: its cluster and its password
 * registry/              the registry's working files; its schemas are in PostgreSQL
 * logs/                  what the children write, of this run and the one before it
 * platform.properties    while it runs: where to find it, see {@link RunningPlatform}
 * </pre>
 */
public final class LocalPlatform implements AutoCloseable {
  /** The control database's name. */
  public static final String CONTROL_DATABASE = "sensei_control";

  private static final String REGISTRY_DATABASE = "sensei_registry";
  private static final Logger log = LoggerFactory.getLogger(LocalPlatform.class);

  private final Path directory;
  private final KafkaServer kafka;
  private final PostgresServer postgres;
  private final RegistryServer registry;
  private final StartedParts parts;
  private final CompletableFuture<PlatformFailure> failure = new CompletableFuture<>();

  private record Databases(PostgresServer postgres, RegistryServer registry) {}

  private LocalPlatform(
      Path directory, KafkaServer kafka, Databases databases, StartedParts parts) {
    this.directory = directory;
    this.kafka = kafka;
    this.postgres = databases.postgres();
    this.registry = databases.registry();
    this.parts = parts;
    kafka.onFatalFault(message -> fail("Kafka", message));
    postgres.onUnexpectedEnd(message -> fail("PostgreSQL", message));
    registry.onUnexpectedEnd(message -> fail("schema registry", message));
  }

  /**
   * Starts all three side by side; returns when all of them answer and the settings' topics are
   * there. Where one fails, the others are stopped again.
   *
   * @throws PlatformException where the directory is in use or not usable, a requested port is
   *     taken, the programs are missing, or a server does not come up
   */
  public static LocalPlatform start(PlatformSettings settings) {
    LocalPlatform platform = startBeforeRegistry(settings);
    try {
      platform.awaitRegistry();
      return platform;
    } catch (RuntimeException e) {
      platform.close();
      throw e;
    }
  }

  /**
   * Starts all three side by side; returns when Kafka and PostgreSQL answer and the settings'
   * topics are there. The registry, the slowest, has its address by then, and answers after {@link
   * #awaitRegistry()}.
   *
   * @throws PlatformException as {@link #start} does
   */
  public static LocalPlatform startBeforeRegistry(PlatformSettings settings) {
    DirectoryLock lock = DirectoryLock.acquire(settings.dataDirectory());
    Path directory = lock.directory();
    StartedParts parts = new StartedParts(lock, settings.closeOnShutdown());
    long from = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<KafkaServer> kafka = threads.submit(() -> startKafka(settings, directory, parts));
      Future<Databases> databases =
          threads.submit(() -> startDatabases(settings, directory, parts));
      LocalPlatform platform = new LocalPlatform(directory, await(kafka), await(databases), parts);
      log.info(
          "Kafka and PostgreSQL are up on {} after {} ms",
          directory,
          (System.nanoTime() - from) / 1_000_000);
      return platform;
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  /**
   * Waits until the registry answers too; from then on others find the platform by its directory.
   *
   * @throws PlatformException where it does not come up
   */
  public void awaitRegistry() {
    registry.awaitReady();
    announce();
  }

  private static KafkaServer startKafka(
      PlatformSettings settings, Path directory, StartedParts parts) {
    KafkaSettings kafka =
        KafkaSettings.in(directory.resolve("kafka")).with(settings.kafkaProperties());
    KafkaServer server =
        KafkaServer.start(
            settings.kafkaPort().isPresent()
                ? kafka.withPort(settings.kafkaPort().getAsInt())
                : kafka);
    parts.add(Line.KAFKA, server::close);
    server.createTopics(settings.topics());
    return server;
  }

  private static Databases startDatabases(
      PlatformSettings settings, Path directory, StartedParts parts) throws SQLException {
    PostgresSettings control =
        PostgresSettings.in(directory.resolve(RunningPlatform.CONTROL))
            .withLog(directory.resolve("logs/postgresql.log"))
            .with(settings.postgresParameters());
    PostgresServer postgres =
        PostgresServer.start(
            settings.postgresPort().isPresent()
                ? control.withPort(settings.postgresPort().getAsInt())
                : control);
    parts.add(Line.DATABASES, postgres::close);
    PostgresServer.Endpoint schemas = postgres.createDatabase(REGISTRY_DATABASE);
    RegistryServer registry = launchRegistry(settings, directory, schemas, parts);
    postgres.createDatabase(CONTROL_DATABASE);
    return new Databases(postgres, registry);
  }

  private static RegistryServer launchRegistry(
      PlatformSettings settings,
      Path directory,
      PostgresServer.Endpoint schemas,
      StartedParts parts) {
    RegistrySettings registry =
        RegistrySettings.in(directory.resolve("registry"), schemas)
            .withLog(directory.resolve("logs/registry.log"));
    RegistryServer server =
        RegistryServer.launch(
            settings.registryPort().isPresent()
                ? registry.withPort(settings.registryPort().getAsInt())
                : registry);
    parts.add(Line.DATABASES, server::close);
    return server;
  }

  private static <T> T await(Future<T> part) {
    try {
      return part.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof PlatformException known
          ? known
          : new PlatformException.StartFailed("The platform did not start: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException.StartFailed("Interrupted while the platform started", e);
    }
  }

  private void announce() {
    RunningPlatform running =
        new RunningPlatform(
            bootstrapServers(), registryUrl(), controlDatabase(), ProcessHandle.current().pid());
    try {
      running.announce(directory);
      parts.add(Line.ANNOUNCEMENT, this::withdraw);
    } catch (IOException e) {
      throw new PlatformException.DirectoryNotUsable(directory, e);
    }
  }

  private void withdraw() {
    try {
      Files.deleteIfExists(directory.resolve(RunningPlatform.FILE));
    } catch (IOException e) {
      log.warn("{} cannot be removed: {}", directory.resolve(RunningPlatform.FILE), e.toString());
    }
  }

  private void fail(String part, String message) {
    if (!parts.isClosing()) {
      log.error("{}", message);
      failure.complete(new PlatformFailure(part, message));
    }
  }

  /** What Kafka's clients put into {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** The registry's base for clients of Confluent's API. */
  public String registryUrl() {
    return registry.url();
  }

  /** The control database, empty at first, as superuser. */
  public PostgresServer.Endpoint controlDatabase() {
    return postgres.endpoint().withDatabase(CONTROL_DATABASE);
  }

  /** Makes the topics that are missing; returns when they are there. */
  public void createTopics(List<TopicSpec> topics) {
    kafka.createTopics(topics);
  }

  /**
   * Runs the action once, when the first part ends by itself, or at once where one already has. The
   * action runs on a thread that belongs to the part, so it should only say what happened, or start
   * the end of the process elsewhere.
   */
  public void onFailure(Consumer<PlatformFailure> action) {
    var _ = failure.thenAccept(action);
  }

  /** Stops the parts and gives the directory free. Twice is no error. */
  @Override
  public void close() {
    parts.close();
  }
}
