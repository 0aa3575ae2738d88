package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sensei.certificate.SigningKey;
import dev.sensei.cli.proof.SenseiProcess.Surroundings;
import dev.sensei.orchestrator.topology.Names;
import dev.sensei.platform.RunningPlatform;
import dev.sensei.schemas.Topics.Agent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.awaitility.Awaitility;

/** Every service in a process of its own, on a platform in one of its own. */
final class SeparateSystem implements AutoCloseable {
  /** The service's name, beside those of the agents. */
  static final String ORCHESTRATOR = "orchestrator";

  private static final Duration PLATFORM_LIMIT = Duration.ofMinutes(5);
  private static final Duration JOIN_LIMIT = Duration.ofMinutes(2);
  private static final Duration RUN_LIMIT = Duration.ofMinutes(4);

  private final Path directory;
  private final Surroundings surroundings;
  private final Service platformProcess;
  private final RunningPlatform platform;
  private final Admin admin;
  private final Map<String, Service> services = new LinkedHashMap<>();

  private SeparateSystem(Path directory, ProofServers servers) throws IOException {
    this.directory = directory;
    this.surroundings = new Surroundings(directory, servers.passwords());
    this.platformProcess =
        new Service(
            "platform",
            () -> surroundings.start(PlatformProcess.class, platformDirectory().toString()));
    this.platform = awaitPlatform();
    this.admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()));
  }

  /** Starts platform, orchestrator, scout, architect and validator; no worker yet. */
  static SeparateSystem start(Path directory, ProofServers servers) throws IOException {
    SeparateSystem system = new SeparateSystem(directory, servers);
    Surroundings withControl =
        system
            .surroundings
            .with("TARGET_PGPASSWORD", system.platform.controlDatabase().password())
            .with("SENSEI_CONTROL_PASSWORD", system.platform.controlDatabase().password());
    system.serve(
        ORCHESTRATOR,
        withControl,
        ORCHESTRATOR,
        "--control-database",
        system.platform.controlDatabase().uri());
    for (Agent agent : List.of(Agent.SCOUT, Agent.ARCHITECT, Agent.VALIDATOR)) {
      system.serve(agent.id(), system.surroundings, "agent", agent.id());
    }
    return system;
  }

  private Service serve(String name, Surroundings its, String... arguments) throws IOException {
    Service service = new Service(name, () -> its.start(command(name, arguments)));
    services.put(name, service);
    return service;
  }

  private Path platformDirectory() {
    return directory.resolve("platform");
  }

  /** Waits until the platform is up. */
  RunningPlatform awaitPlatform() {
    return Awaitility.await("the platform is up")
        .atMost(PLATFORM_LIMIT)
        .until(() -> RunningPlatform.find(platformDirectory()), Optional::isPresent)
        .orElseThrow();
  }

  /** Takes Kafka, the registry and the control database away, and brings them back. */
  void withoutPlatform(Action meanwhile) throws Exception {
    platformProcess.close();
    meanwhile.run();
    platformProcess.startAgain();
    awaitPlatform();
  }

  /** What is done in between. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  RunningPlatform platform() {
    return platform;
  }

  /** Kafka, the registry and the control database, which go and come together. */
  Service platformProcess() {
    return platformProcess;
  }

  /** The orchestrator, an agent by its id, or a worker by its name. */
  Service service(String name) {
    return Objects.requireNonNull(services.get(name), name);
  }

  /** Adds a worker with one slot that belongs to the system, as the other services do. */
  Service addWorker(String name) throws IOException {
    return serve(name, surroundings, "agent", "worker", "--slots", "1");
  }

  /** All services but the platform. */
  Collection<Service> services() {
    return services.values();
  }

  /** Starts a worker with one slot. */
  SenseiProcess worker(String name, Map<String, String> variables) throws IOException {
    return worker(name, 1, variables);
  }

  /** Starts a worker. */
  SenseiProcess worker(String name, int slots, Map<String, String> variables) throws IOException {
    Surroundings its = surroundings;
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      its = its.with(variable.getKey(), variable.getValue());
    }
    return its.start(command(name, "agent", "worker", "--slots", Integer.toString(slots)));
  }

  /**
   * Waits until the orchestrator has its tasks, so many workers are members of their share group,
   * and one of each other agent is of its own.
   */
  void awaitJoined(int workers) {
    Awaitility.await("orchestrator and agents have joined")
        .atMost(JOIN_LIMIT)
        .ignoreExceptionsMatching(failed -> failed.getCause() instanceof GroupIdNotFoundException)
        .untilAsserted(
            () -> {
              assertThat(orchestratorState()).isEqualTo(GroupState.STABLE);
              for (Agent agent : Agent.values()) {
                assertThat(members(agent))
                    .as("%ss that have joined", agent.id())
                    .isGreaterThanOrEqualTo(agent == Agent.WORKER ? workers : 1);
              }
            });
  }

  private GroupState orchestratorState() throws InterruptedException, ExecutionException {
    return admin
        .describeStreamsGroups(List.of(Names.APPLICATION))
        .all()
        .get()
        .values()
        .iterator()
        .next()
        .groupState();
  }

  private int members(Agent agent) throws InterruptedException, ExecutionException {
    return admin
        .describeShareGroups(List.of(agent.shareGroup()))
        .all()
        .get()
        .values()
        .iterator()
        .next()
        .members()
        .size();
  }

  /** Starts a migration. */
  SenseiProcess migrate(ProofDatabase source, ProofDatabase target, long chunkRows)
      throws IOException {
    return migrate(source, target, "options:\n  chunkRows: %d\n".formatted(chunkRows));
  }

  /** Starts a migration with a spec, or goes on with the one there is. */
  SenseiProcess migrate(ProofDatabase source, ProofDatabase target, String options)
      throws IOException {
    Path spec = Files.writeString(directory.resolve("spec.yaml"), options);
    return surroundings.start(
        command(
            "person",
            "migrate",
            "--yes",
            "--json",
            "--source",
            source.uri(),
            "--target",
            target.uri(),
            "--spec",
            spec.toString(),
            "--certificate",
            certificate(target).toString()));
  }

  /** Waits for a migration's end, which has to be a certificate; returns the migration. */
  String awaitCertified(SenseiProcess migration, ProofDatabase target)
      throws IOException, InterruptedException {
    migration.awaitExit(0, RUN_LIMIT);
    assertThat(migration.document().get("verdict").asText()).isEqualTo("certified");
    verifyCertificate(target);
    return migration.document().get("migrationId").asText();
  }

  /** The certificate of what is in a target holds. */
  void verifyCertificate(ProofDatabase target) throws IOException, InterruptedException {
    run(
        0,
        "verify",
        certificate(target).toString(),
        "--key",
        SigningKey.publicFileIn(directory.resolve(Agent.VALIDATOR.id())).toString());
  }

  /** Starts a command that asks this system. */
  SenseiProcess startAsking(String... arguments) throws IOException {
    return surroundings.start(command("person", arguments));
  }

  /** Runs a command that asks this system. */
  SenseiProcess ask(int exitCode, String... arguments) throws IOException, InterruptedException {
    return run(exitCode, command("person", arguments));
  }

  private SenseiProcess run(int exitCode, String... arguments)
      throws IOException, InterruptedException {
    return surroundings.run(exitCode, RUN_LIMIT, arguments);
  }

  /** Every record of a migration's journal. */
  List<JsonNode> journal(String migrationId) throws IOException, InterruptedException {
    return ask(0, "audit", "log", migrationId, "--json").lines();
  }

  /** Those records of a migration's journal that are of a type, such as ChunkCopied. */
  List<JsonNode> journal(String migrationId, String type) throws IOException, InterruptedException {
    return journal(migrationId).stream()
        .filter(record -> record.get("type").asText().equals(type))
        .map(record -> record.get("record"))
        .toList();
  }

  /** The worker that each chunk of a migration was written by, as the journal has it. */
  List<String> workersOfChunks(String migrationId) throws IOException, InterruptedException {
    List<String> workers = new ArrayList<>();
    journal(migrationId)
        .forEach(
            record -> {
              if (record.get("type").asText().equals("ChunkCopied")) {
                workers.add(record.at("/record/evidence/worker").asText());
              }
            });
    return workers;
  }

  private Path certificate(ProofDatabase target) {
    return directory.resolve(target.endpoint().database() + ".jws");
  }

  private String[] command(String dataDirectory, String... arguments) {
    return Stream.concat(
            Stream.of(arguments),
            Stream.of(
                "--data-dir",
                directory.resolve(dataDirectory).toString(),
                "--kafka",
                platform.bootstrapServers(),
                "--registry",
                platform.registryUrl()))
        .toArray(String[]::new);
  }

  @Override
  public void close() throws IOException {
    services.values().forEach(service -> service.process().askToEnd());
    for (Service service : services.values()) {
      service.close();
    }
    admin.close();
    platformProcess.close();
  }
}
