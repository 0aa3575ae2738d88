package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.certificate.SigningKey;
import dev.sensei.cli.proof.SenseiProcess.Surroundings;
import dev.sensei.orchestrator.topology.Names;
import dev.sensei.platform.LocalPlatform;
import dev.sensei.platform.PlatformSettings;
import dev.sensei.platform.TopicSpec;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.Topics.Agent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.awaitility.Awaitility;

/** Every service in a process of its own, on one platform. */
final class SeparateSystem implements AutoCloseable {
  private static final Duration JOIN_LIMIT = Duration.ofMinutes(2);
  private static final Duration RUN_LIMIT = Duration.ofMinutes(4);

  private final Path directory;
  private final Surroundings surroundings;
  private LocalPlatform platform;
  private final Admin admin;
  private final Deque<SenseiProcess> services = new ArrayDeque<>();

  private SeparateSystem(Path directory, Surroundings surroundings, LocalPlatform platform) {
    this.directory = directory;
    this.surroundings = surroundings;
    this.platform = platform;
    this.admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()));
  }

  /** Starts platform, orchestrator, scout, architect and validator; no worker yet. */
  static SeparateSystem start(Path directory, ProofServers servers) throws IOException {
    LocalPlatform platform = platform(directory);
    SeparateSystem system =
        new SeparateSystem(directory, new Surroundings(directory, servers.passwords()), platform);
    system.services.push(
        system
            .surroundings
            .with("TARGET_PGPASSWORD", platform.controlDatabase().password())
            .with("SENSEI_CONTROL_PASSWORD", platform.controlDatabase().password())
            .start(
                system.command(
                    "orchestrator",
                    "orchestrator",
                    "--control-database",
                    platform.controlDatabase().uri())));
    for (Agent agent : List.of(Agent.SCOUT, Agent.ARCHITECT, Agent.VALIDATOR)) {
      system.services.push(
          system.surroundings.start(system.command(agent.id(), "agent", agent.id())));
    }
    return system;
  }

  private static LocalPlatform platform(Path directory) {
    return LocalPlatform.start(
        PlatformSettings.in(directory.resolve("platform"))
            .withTopics(
                Topics.all().stream()
                    .map(
                        topic ->
                            new TopicSpec(topic.name(), topic.partitions(), topic.configuration()))
                    .toList()));
  }

  /** Takes Kafka, the registry and the control database away, and brings them back. */
  void withoutPlatform(Action meanwhile) throws Exception {
    platform.close();
    meanwhile.run();
    platform = platform(directory);
  }

  /** What is done in between. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  LocalPlatform platform() {
    return platform;
  }

  /** Starts a worker with one slot. */
  SenseiProcess worker(String name, Map<String, String> variables) throws IOException {
    Surroundings its = surroundings;
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      its = its.with(variable.getKey(), variable.getValue());
    }
    return its.start(command(name, "agent", "worker", "--slots", "1"));
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
    Path spec =
        Files.writeString(
            directory.resolve("spec.yaml"), "options:\n  chunkRows: %d\n".formatted(chunkRows));
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
    run(
        0,
        "verify",
        certificate(target).toString(),
        "--key",
        SigningKey.publicFileIn(directory.resolve(Agent.VALIDATOR.id())).toString());
    return migration.document().get("migrationId").asText();
  }

  /** Runs a command that asks this system. */
  SenseiProcess ask(int exitCode, String... arguments) throws IOException, InterruptedException {
    return run(exitCode, command("person", arguments));
  }

  private SenseiProcess run(int exitCode, String... arguments)
      throws IOException, InterruptedException {
    return surroundings.run(exitCode, RUN_LIMIT, arguments);
  }

  /** The worker that each chunk of a migration was written by, as the journal has it. */
  List<String> workersOfChunks(String migrationId) throws IOException, InterruptedException {
    List<String> workers = new ArrayList<>();
    ask(0, "audit", "log", migrationId, "--json")
        .lines()
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
    for (SenseiProcess service : services) {
      service.close();
    }
    admin.close();
    platform.close();
  }
}
