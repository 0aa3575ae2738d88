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
import dev.sensei.cli.run.RunListener;
import dev.sensei.cli.run.ServiceProcesses;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.PasswordSource;
import dev.sensei.databases.queue.QueueKeys;
import dev.sensei.orchestrator.MissingTopics;
import dev.sensei.orchestrator.OrchestratorService;
import dev.sensei.orchestrator.OrchestratorSettings;
import dev.sensei.orchestrator.projection.ControlDatabase;
import dev.sensei.platform.RunningPlatform;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Services that stay in this process until it is told to end. */
final class SystemServices implements ServiceProcesses {
  private static final Logger LOG = LoggerFactory.getLogger(SystemServices.class);
  private static final String CONTROL_PASSWORD = "SENSEI_CONTROL_PASSWORD";
  private static final Duration HEALTH_INTERVAL = Duration.ofMillis(500);
  private static final String HEALTH_PORT = "SENSEI_HEALTH_PORT";

  @Override
  public void up(PlatformLocation.Embedded platform, RunListener listener)
      throws InterruptedException {
    try (EmbeddedSystem system = EmbeddedSystem.start(platform, Map.of(), Purpose.WORK)) {
      system.awaitAgents();
      listener.note(
          "Up on %s: Kafka at %s, schema registry at %s. The web console is not built yet."
              .formatted(
                  platform.dataDirectory(),
                  system.kafka().bootstrapServers(),
                  system.kafka().registryUrl()));
      listener.note(
          "Start migrations against it with --kafka %s --registry %s; Ctrl-C ends it."
              .formatted(system.kafka().bootstrapServers(), system.kafka().registryUrl()));
      untilInterrupted(system, system.health());
    }
  }

  @Override
  public void orchestrator(OrchestratorRequest request) throws InterruptedException {
    LogFile.onStandardError();
    KafkaAddress kafka = kafka(request.platform());
    Path data = request.platform().dataDirectory();
    DatabaseUri control =
        request
            .controlDatabase()
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "the orchestrator needs a control database: --control-database"
                            + " postgresql://user@host:port/database"));
    try (RecordSerde serde = RecordSerde.on(kafka.registryUrl())) {
      serde.requireCompatibility();
    }
    MissingTopics.create(kafka.bootstrapServers());
    OrchestratorSettings settings =
        OrchestratorSettings.of(
            kafka.bootstrapServers(),
            kafka.registryUrl(),
            data.resolve("orchestrator"),
            ControlDatabase.Settings.of(
                control.jdbcUrl(), control.user(), controlPassword(control, System.getenv())),
            Installation.of(data));
    try (OrchestratorService orchestrator =
        OrchestratorService.start(withHealth(settings, System.getenv()))) {
      LOG.info("The orchestrator is up");
      untilInterrupted(orchestrator, new Health());
    }
  }

  /**
   * The control database's password: as any other's, but from {@value #CONTROL_PASSWORD} where
   * source and target have a variable of their own.
   */
  private static String controlPassword(DatabaseUri control, Map<String, String> environment) {
    Map<String, String> own = new HashMap<>(environment);
    own.put(DatabaseRole.TARGET.passwordVariable(), environment.getOrDefault(CONTROL_PASSWORD, ""));
    return new PasswordSource(
            DatabaseRole.TARGET, own, Path.of(System.getProperty("user.home", "/")))
        .resolve(control)
        .orElse("");
  }

  private static OrchestratorSettings withHealth(
      OrchestratorSettings settings, Map<String, String> environment) {
    String port = environment.getOrDefault(HEALTH_PORT, "");
    if (port.isEmpty()) {
      return settings;
    }
    try {
      return settings.withHealthPort(Integer.parseInt(port));
    } catch (NumberFormatException wrong) {
      throw new CommandException(
          ExitCode.USAGE, "%s has to be a port, found \"%s\"".formatted(HEALTH_PORT, port), wrong);
    }
  }

  @Override
  public void agent(Agent agent, AgentRequest request) throws InterruptedException {
    LogFile.onStandardError();
    KafkaAddress kafka = kafka(request.platform());
    Topics.Agent kind =
        switch (agent) {
          case SCOUT -> Topics.Agent.SCOUT;
          case ARCHITECT -> Topics.Agent.ARCHITECT;
          case WORKER -> Topics.Agent.WORKER;
          case VALIDATOR -> Topics.Agent.VALIDATOR;
        };
    AgentSettings fromEnvironment =
        AgentSettings.fromEnvironment(kind, System.getenv())
            .on(kafka.bootstrapServers(), kafka.registryUrl());
    AgentSettings settings =
        request.slots().isPresent()
            ? fromEnvironment.withSlots(request.slots().getAsInt())
            : fromEnvironment;
    try (AgentService service = start(agent, settings, request)) {
      LOG.info("{} is up", service.name());
      untilInterrupted(service, new Health());
    }
  }

  private static AgentService start(Agent agent, AgentSettings settings, AgentRequest request) {
    DatabaseAccess databases = DatabaseAccess.byReference();
    return switch (agent) {
      case SCOUT -> AgentService.start(settings, databases, ScoutHandler::new);
      case ARCHITECT -> AgentService.start(settings, databases, ArchitectHandler::new);
      case WORKER ->
          AgentService.start(
              settings,
              databases,
              tools -> new WorkerHandler(tools, QueueKeys.in(request.platform().dataDirectory())));
      case VALIDATOR -> {
        SigningKey key = key(request.signingKey(), request.platform().dataDirectory());
        yield AgentService.start(settings, databases, tools -> new ValidatorHandler(tools, key));
      }
    };
  }

  private static SigningKey key(Optional<Path> given, Path dataDirectory) {
    try {
      return given.isPresent()
          ? SigningKey.read(given.get())
          : SigningKey.openOrCreate(dataDirectory);
    } catch (KeyFileException failed) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(failed.getMessage()), failed);
    }
  }

  private static KafkaAddress kafka(PlatformLocation location) {
    return switch (location) {
      case PlatformLocation.Separate separate ->
          new KafkaAddress(separate.kafka(), separate.registry());
      case PlatformLocation.Embedded embedded ->
          RunningPlatform.find(embedded.dataDirectory())
              .map(found -> new KafkaAddress(found.bootstrapServers(), found.registryUrl()))
              .orElseThrow(
                  () ->
                      CommandException.usage(
                          "nothing runs on %s; start \"./sensei up\" there, or give --kafka and --registry"
                              .formatted(embedded.dataDirectory())));
    };
  }

  /** Waits for the process to be told to end, and then lets the service end before it does. */
  private static void untilInterrupted(AutoCloseable service, Health health)
      throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              try {
                service.close();
              } catch (Exception failed) {
                LOG.warn("The service did not stop cleanly", failed);
              }
              end.countDown();
            },
            "sensei-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    while (!end.await(HEALTH_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
      health.check();
    }
  }
}
