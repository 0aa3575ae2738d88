package dev.sensei.platform;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka server, broker and controller in one, inside this process, on a directory that
 * survives it. It listens on loopback and keeps its port from run to run where it is still free.
 */
public final class KafkaServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KafkaServer.class);
  private static final Set<KafkaServer> RUNNING = ConcurrentHashMap.newKeySet();

  private final KafkaSettings settings;
  private final DirectoryLock lock;
  private final int port;
  private final KafkaRaftServer server;
  private final AtomicReference<@Nullable Consumer<String>> onFatal = new AtomicReference<>();

  static {
    // Kafka would end the whole process on a fatal fault. The faults go to those who run it.
    Exit.setExitProcedure(KafkaServer::fatal);
    Exit.setHaltProcedure(KafkaServer::fatal);
  }

  private KafkaServer(
      KafkaSettings settings, DirectoryLock lock, int port, KafkaRaftServer server) {
    this.settings = settings;
    this.lock = lock;
    this.port = port;
    this.server = server;
  }

  /**
   * Starts Kafka; returns when it serves clients.
   *
   * @throws PlatformException where the directory is in use or not usable, a requested port is
   *     taken, or Kafka does not come up
   */
  public static KafkaServer start(KafkaSettings settings) {
    DirectoryLock lock = DirectoryLock.acquire(settings.directory());
    try {
      KafkaServer server = prepare(settings, lock);
      RUNNING.add(server);
      server.startUp();
      return server;
    } catch (IOException e) {
      lock.close();
      throw new PlatformException.DirectoryNotUsable(settings.directory(), e);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static KafkaServer prepare(KafkaSettings settings, DirectoryLock lock)
      throws IOException {
    Path directory = lock.directory();
    Path logs = directory.resolve("log");
    format(logs);
    int port = new KeptPort(directory.resolve("port"), "Kafka").choose(settings.port());
    KeptPort controller = new KeptPort(directory.resolve("controller-port"), "Kafka's controller");
    int controllerPort = controller.choose(OptionalInt.empty());
    while (controllerPort == port) {
      controllerPort = controller.another();
    }

    Map<String, String> properties = new LinkedHashMap<>(KafkaSettings.defaults());
    properties.putAll(settings.properties());
    properties.put("log.dirs", logs.toString());
    properties.put(
        "listeners",
        "CLIENT://%s:%d,CONTROLLER://%s:%d"
            .formatted(Ports.LOOPBACK, port, Ports.LOOPBACK, controllerPort));
    properties.put("advertised.listeners", "CLIENT://%s:%d".formatted(Ports.LOOPBACK, port));
    properties.put("controller.quorum.voters", "1@%s:%d".formatted(Ports.LOOPBACK, controllerPort));
    KilledBroker killed =
        new KilledBroker(properties, logs, "%s:%d".formatted(Ports.LOOPBACK, controllerPort));
    if (killed.isThere()) {
      killed.unregister(settings.startTimeout());
    }
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    return new KafkaServer(settings, lock, port, server);
  }

  private void startUp() {
    try {
      server.startup();
    } catch (RuntimeException e) {
      RUNNING.remove(this);
      server.shutdown();
      throw new PlatformException.StartFailed(
          "Kafka did not start on %s: %s".formatted(lock.directory(), e), e);
    }
  }

  /** Formats under another name and renames, so that a kill half-way leaves nothing behind. */
  private static void format(Path logs) throws IOException {
    if (Files.exists(logs)) {
      return;
    }
    Path unfinished = logs.resolveSibling("log.unfinished");
    DirectoryTree.delete(unfinished);
    Files.createDirectories(unfinished);
    try {
      new Formatter()
          .setNodeId(1)
          .setClusterId(Uuid.randomUuid().toString())
          .setControllerListenerName("CONTROLLER")
          .addDirectory(unfinished.toString())
          .setMetadataLogDirectory(unfinished.toString())
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .run();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new PlatformException.StartFailed(
          "Kafka's log directory could not be formatted in %s: %s".formatted(unfinished, e), e);
    }
    Files.move(unfinished, logs, StandardCopyOption.ATOMIC_MOVE);
  }

  /** What clients put into {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return "%s:%d".formatted(Ports.LOOPBACK, port);
  }

  /**
   * Makes the topics that are missing; returns when they are there. Existing ones are left as they
   * are.
   *
   * @throws PlatformException.StartFailed where Kafka refuses one or does not answer in time
   */
  public void createTopics(List<TopicSpec> topics) {
    if (topics.isEmpty()) {
      return;
    }
    Map<String, Object> client =
        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
    try (Admin admin = Admin.create(client)) {
      Map<String, KafkaFuture<Void>> created =
          admin
              .createTopics(
                  topics.stream()
                      .map(
                          topic ->
                              new NewTopic(topic.name(), topic.partitions(), (short) 1)
                                  .configs(topic.config()))
                      .toList())
              .values();
      for (Map.Entry<String, KafkaFuture<Void>> topic : created.entrySet()) {
        awaitTopic(topic.getKey(), topic.getValue());
      }
    }
  }

  private void awaitTopic(String name, KafkaFuture<Void> created) {
    try {
      created.get(settings.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw new PlatformException.StartFailed(
            "Kafka refused the topic %s: %s".formatted(name, e.getCause()), e);
      }
    } catch (TimeoutException e) {
      throw new PlatformException.StartFailed(
          "Kafka did not make the topic %s within %s".formatted(name, settings.startTimeout()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PlatformException.StartFailed("Interrupted while making the topic " + name, e);
    }
  }

  /** Runs the action, with what happened, when Kafka meets a fault that it cannot go on from. */
  public void onFatalFault(Consumer<String> action) {
    onFatal.set(action);
  }

  private static void fatal(int status, @Nullable String message) {
    String fault =
        "Kafka met a fatal fault (status %d)%s; its log says more"
            .formatted(status, message == null ? "" : ": " + message);
    log.error("{}", fault);
    for (KafkaServer server : RUNNING) {
      Consumer<String> action = server.onFatal.get();
      if (action != null) {
        action.accept(fault);
      }
    }
  }

  /** Stops Kafka; what it has acknowledged is in its directory. */
  @Override
  public void close() {
    RUNNING.remove(this);
    server.shutdown();
    server.awaitShutdown();
    lock.close();
  }
}
