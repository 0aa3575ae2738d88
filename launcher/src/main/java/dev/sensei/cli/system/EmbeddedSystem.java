package dev.sensei.cli.system;

import dev.sensei.agents.AgentService;
import dev.sensei.agents.AgentSettings;
import dev.sensei.agents.architect.ArchitectHandler;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.scout.ScoutHandler;
import dev.sensei.agents.validator.ValidatorHandler;
import dev.sensei.agents.worker.WorkerHandler;
import dev.sensei.certificate.KeyFileException;
import dev.sensei.certificate.SigningKey;
import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.run.MigrationControl.Purpose;
import dev.sensei.cli.run.PlatformLocation;
import dev.sensei.cli.run.PlatformPorts;
import dev.sensei.databases.queue.QueueKeys;
import dev.sensei.orchestrator.OrchestratorService;
import dev.sensei.orchestrator.OrchestratorSettings;
import dev.sensei.orchestrator.projection.ControlDatabase;
import dev.sensei.platform.LocalPlatform;
import dev.sensei.platform.PlatformException;
import dev.sensei.platform.PlatformSettings;
import dev.sensei.platform.RunningPlatform;
import dev.sensei.platform.TopicSpec;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.Topics.Agent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything in this process and its children: the platform, the orchestrator and one agent of each
 * kind, but for the worker where it is to have no slots. They join their groups while the registry,
 * the slowest, still starts, and wait for it where they need it.
 */
final class EmbeddedSystem implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedSystem.class);
  private static final Duration READY_LIMIT = Duration.ofMinutes(3);

  private static final int VALIDATOR_SLOTS = 2;

  private final KafkaAddress kafka;
  private final Health health;
  private final Parts parts;
  private final CompletableFuture<?> agents;

  private EmbeddedSystem(
      KafkaAddress kafka, Health health, Parts parts, CompletableFuture<?> agents) {
    this.kafka = kafka;
    this.health = health;
    this.parts = parts;
    this.agents = agents;
  }

  private EmbeddedSystem(KafkaAddress kafka, Health health, Parts parts) {
    this(kafka, health, parts, CompletableFuture.completedFuture(null));
  }

  /**
   * Starts everything on a data directory; returns when the orchestrator is ready, while agents may
   * still join. One that does not is a matter of {@link #health()}.
   *
   * @param location where, and on which ports
   * @param purpose what it is started for, which decides what of it is started
   * @param passwords passwords of databases by URI, which never leave this process
   * @throws CommandException where it cannot be started, with what to do
   */
  static EmbeddedSystem start(
      PlatformLocation.Embedded location, Map<String, String> passwords, Purpose purpose)
      throws InterruptedException {
    Path dataDirectory = location.dataDirectory();
    PlatformPorts ports = location.ports();
    Parts parts = new Parts();
    boolean started = false;
    try {
      long from = System.nanoTime();
      LocalPlatform platform =
          LocalPlatform.startBeforeRegistry(
              PlatformSettings.in(dataDirectory)
                  .closedByCaller()
                  .withPorts(ports.kafka(), ports.registry(), ports.control())
                  .withTopics(
                      Topics.all().stream()
                          .map(
                              topic ->
                                  new TopicSpec(
                                      topic.name(), topic.partitions(), topic.configuration()))
                          .toList()));
      parts.run(platform);
      LogFile.in(dataDirectory, "sensei");
      Health health = new Health();
      platform.onFailure(
          failure -> {
            if (parts.stopping) {
              // A signal from a terminal reaches all of them, each in its own time.
              return;
            }
            LOG.error("A part of the platform ended: {}", failure);
            health.failed("%s ended: %s".formatted(failure.part(), failure.message()));
          });
      KafkaAddress kafka = new KafkaAddress(platform.bootstrapServers(), platform.registryUrl());
      SigningKey key = SigningKey.openOrCreate(dataDirectory);
      if (purpose == Purpose.LOOK) {
        awaitRegistry(platform);
        started = true;
        return new EmbeddedSystem(kafka, health, parts);
      }
      OrchestratorService orchestrator =
          OrchestratorService.start(
              OrchestratorSettings.of(
                  kafka.bootstrapServers(),
                  kafka.registryUrl(),
                  dataDirectory.resolve("orchestrator"),
                  ControlDatabase.Settings.of(
                      platform.controlDatabase().jdbcUrl(),
                      platform.controlDatabase().user(),
                      platform.controlDatabase().password()),
                  Installation.of(dataDirectory)));
      parts.add(orchestrator);
      if (purpose == Purpose.DECIDE) {
        awaitRegistry(platform);
        await(orchestrator.ready(), "the orchestrator");
        started = true;
        return new EmbeddedSystem(kafka, health, parts);
      }
      DatabaseAccess databases = DatabaseAccess.withPasswords(passwords);
      List<CompletableFuture<?>> agents = new ArrayList<>();
      for (Supplier<AgentService> agent : agents(location, kafka, databases, key)) {
        AgentService service = agent.get();
        parts.add(service);
        agents.add(watched(service, health));
      }
      awaitRegistry(platform);
      await(orchestrator.ready(), "the orchestrator");
      LOG.info("Ready after {} ms", (System.nanoTime() - from) / 1_000_000);
      started = true;
      return new EmbeddedSystem(
          kafka, health, parts, CompletableFuture.allOf(agents.toArray(CompletableFuture[]::new)));
    } catch (PlatformException failed) {
      throw refused(failed, dataDirectory);
    } catch (KeyFileException failed) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(failed.getMessage()), failed);
    } finally {
      if (!started) {
        parts.close();
      }
    }
  }

  private static List<Supplier<AgentService>> agents(
      PlatformLocation.Embedded location,
      KafkaAddress kafka,
      DatabaseAccess databases,
      SigningKey key) {
    boolean hasWorker = location.workerSlots().orElse(1) > 0;
    List<Supplier<AgentService>> agents = new ArrayList<>();
    agents.add(
        () -> AgentService.start(settings(Agent.SCOUT, kafka), databases, ScoutHandler::new));
    agents.add(
        () ->
            AgentService.start(settings(Agent.ARCHITECT, kafka), databases, ArchitectHandler::new));
    if (hasWorker) {
      agents.add(
          () ->
              AgentService.start(
                  workerSettings(location, kafka),
                  databases,
                  tools -> new WorkerHandler(tools, QueueKeys.in(location.dataDirectory()))));
    }
    agents.add(
        () ->
            AgentService.start(
                settings(Agent.VALIDATOR, kafka).withSlots(VALIDATOR_SLOTS),
                databases,
                tools -> new ValidatorHandler(tools, key)));
    return agents;
  }

  private static CommandException refused(PlatformException failed, Path dataDirectory) {
    String message = String.valueOf(failed.getMessage());
    return switch (failed) {
      case PlatformException.DirectoryInUse inUse ->
          new CommandException(
              ExitCode.USAGE,
              RunningPlatform.find(dataDirectory)
                  .map(
                      running ->
                          "%s Or work with what runs there: --kafka %s --registry %s"
                              .formatted(
                                  message, running.bootstrapServers(), running.registryUrl()))
                  .orElse(message),
              inUse);
      case PlatformException.StartFailed start ->
          new CommandException(ExitCode.INTERNAL_ERROR, message, start);
      case PlatformException.DirectoryNotUsable unusable ->
          new CommandException(ExitCode.USAGE, message, unusable);
      case PlatformException.PortTaken taken ->
          new CommandException(ExitCode.USAGE, message, taken);
      case PlatformException.BinariesMissing missing ->
          new CommandException(ExitCode.USAGE, message, missing);
    };
  }

  /**
   * Waits until all agents take tasks. Who only gives work need not: tasks wait in Kafka, and the
   * last agents join while the first is at work.
   */
  void awaitAgents() throws InterruptedException {
    await(agents, "an agent");
  }

  /** Where its Kafka and registry are. */
  KafkaAddress kafka() {
    return kafka;
  }

  /** Whether all its parts still run. */
  Health health() {
    return health;
  }

  private static void awaitRegistry(LocalPlatform platform) {
    platform.awaitRegistry();
    try (RecordSerde serde = RecordSerde.patient(platform.registryUrl(), READY_LIMIT)) {
      serde.requireCompatibility();
    }
  }

  private static AgentSettings settings(Agent agent, KafkaAddress kafka) {
    return AgentSettings.defaults(agent).on(kafka.bootstrapServers(), kafka.registryUrl());
  }

  /** As many slots as were asked for; else as many as turn out to pay off. */
  private static AgentSettings workerSettings(
      PlatformLocation.Embedded location, KafkaAddress kafka) {
    AgentSettings settings = settings(Agent.WORKER, kafka);
    return location.workerSlots().isPresent()
        ? settings.withSlots(location.workerSlots().getAsInt())
        : settings;
  }

  /** Its readiness; where that does not come, and nobody has stopped it, health is told. */
  private static CompletableFuture<?> watched(AgentService agent, Health health) {
    return agent
        .ready()
        .orTimeout(READY_LIMIT.toSeconds(), TimeUnit.SECONDS)
        .whenComplete(
            (_, failed) -> {
              Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
              if (cause instanceof TimeoutException) {
                health.failed(
                    "%s was not ready within %d s"
                        .formatted(agent.name(), READY_LIMIT.toSeconds()));
              } else if (cause != null && !(cause instanceof CancellationException)) {
                health.failed("%s did not start: %s".formatted(agent.name(), cause.getMessage()));
              }
            });
  }

  private static void await(CompletableFuture<?> ready, String what) throws InterruptedException {
    try {
      ready.get(READY_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failed) {
      throw new CommandException(
          ExitCode.INTERNAL_ERROR,
          "%s was not ready within %d s; the log in the data directory says more"
              .formatted(what, READY_LIMIT.toSeconds()),
          failed);
    }
  }

  @Override
  public void close() {
    parts.close();
  }

  /**
   * What has been started: the services stop side by side, and then what they run on; also where
   * the process is told to end.
   */
  private static final class Parts {
    private final Thread atExit = new Thread(this::close, "sensei-stop");
    private final List<AutoCloseable> services = new ArrayList<>();
    private Optional<LocalPlatform> platform = Optional.empty();
    private volatile boolean stopping;

    Parts() {
      Runtime.getRuntime().addShutdownHook(atExit);
    }

    synchronized void run(LocalPlatform started) {
      platform = Optional.of(started);
      refuseWhereStopping();
    }

    synchronized void add(AutoCloseable service) {
      services.add(service);
      refuseWhereStopping();
    }

    /** A signal may come while parts still start: what comes after it is stopped too. */
    private void refuseWhereStopping() {
      if (stopping) {
        stop();
        throw new CommandException(ExitCode.INTERNAL_ERROR, "stopped while it started");
      }
    }

    void close() {
      stopping = true;
      stop();
      try {
        Runtime.getRuntime().removeShutdownHook(atExit);
      } catch (IllegalStateException processEnds) {
        LOG.debug("closed while the process ends");
      }
    }

    private synchronized void stop() {
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (AutoCloseable service : services) {
          var _ = threads.submit(() -> close(service));
        }
      }
      platform.ifPresent(Parts::close);
      services.clear();
      platform = Optional.empty();
    }

    private static void close(AutoCloseable part) {
      try {
        part.close();
      } catch (Exception failed) {
        LOG.warn("{} did not stop cleanly", part.getClass().getSimpleName(), failed);
      }
    }
  }
}
