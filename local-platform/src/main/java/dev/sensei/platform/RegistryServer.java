package dev.sensei.platform;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A real schema registry (Apicurio), a child of this process that runs on the same JDK. It listens
 * on loopback and keeps its port from run to run where it is still free. Its schemas are in
 * PostgreSQL, so it has nothing to lose when it is killed; the database has to answer before it is
 * started.
 */
public final class RegistryServer implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(25);
  private static final int ANSWER_MILLIS = 5_000;
  private static final String CONFLUENT_API = "/apis/ccompat/v7";

  private final RegistrySettings settings;
  private final DirectoryLock lock;
  private final ChildProcess child;
  private final String url;
  private volatile boolean closing;

  private RegistryServer(
      RegistrySettings settings, DirectoryLock lock, ChildProcess child, String url) {
    this.settings = settings;
    this.lock = lock;
    this.child = child;
    this.url = url;
  }

  /**
   * Starts the registry; returns when it answers.
   *
   * @throws PlatformException where the directory is in use or not usable, a requested port is
   *     taken, the programs are missing, or the registry does not come up
   */
  public static RegistryServer start(RegistrySettings settings) {
    RegistryServer server = launch(settings);
    try {
      server.awaitReady();
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /**
   * Starts the registry; returns at once, when its address is known.
   *
   * @throws PlatformException where the directory is in use or not usable, a requested port is
   *     taken, or the programs are missing
   */
  public static RegistryServer launch(RegistrySettings settings) {
    RegistryProgram program = RegistryProgram.of(Binaries.find());
    DirectoryLock lock = DirectoryLock.acquire(settings.directory());
    try {
      return launch(settings, program, lock);
    } catch (IOException e) {
      lock.close();
      throw new PlatformException.DirectoryNotUsable(settings.directory(), e);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static RegistryServer launch(
      RegistrySettings settings, RegistryProgram program, DirectoryLock lock) throws IOException {
    Path work = lock.directory().resolve("work");
    OwnerOnly.createDirectories(work);
    LeftoverProcesses.end(work, "java", settings.stopTimeout());
    // It unpacks into its temporary directory and, being killed, does not tidy up.
    Path temporary = work.resolve("tmp");
    DirectoryTree.delete(temporary);
    OwnerOnly.createDirectories(temporary);
    int port =
        new KeptPort(lock.directory().resolve("port"), "the schema registry")
            .choose(settings.port());
    ChildProcess child =
        ChildProcess.start(
            "The schema registry",
            program.command(settings.heapMegabytes(), temporary),
            environment(settings, port),
            work,
            settings.log(),
            "KILL");
    return new RegistryServer(settings, lock, child, urlOf(port));
  }

  static String urlOf(int port) {
    return "http://%s:%d%s".formatted(Ports.LOOPBACK, port, CONFLUENT_API);
  }

  /** The password goes by the environment, which other users cannot read. */
  static Map<String, String> environment(RegistrySettings settings, int port) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("APICURIO_STORAGE_KIND", "sql");
    environment.put("APICURIO_STORAGE_SQL_KIND", "postgresql");
    environment.put("APICURIO_DATASOURCE_URL", settings.database().jdbcUrl());
    environment.put("APICURIO_DATASOURCE_USERNAME", settings.database().user());
    environment.put("APICURIO_DATASOURCE_PASSWORD", settings.database().password());
    environment.put("APICURIO_DATASOURCE_JDBC_INITIAL_SIZE", "2");
    environment.put("APICURIO_DATASOURCE_JDBC_MIN_SIZE", "2");
    environment.put("APICURIO_DATASOURCE_JDBC_MAX_SIZE", "10");
    environment.put("QUARKUS_LOG_LEVEL", "WARN");
    environment.put("QUARKUS_HTTP_ACCESS_LOG_ENABLED", "false");
    environment.putAll(settings.environment());
    environment.put("QUARKUS_HTTP_HOST", Ports.LOOPBACK);
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    environment.put("QUARKUS_MANAGEMENT_HOST", Ports.LOOPBACK);
    environment.put("QUARKUS_MANAGEMENT_PORT", "0");
    return environment;
  }

  /**
   * Waits until it answers.
   *
   * @throws PlatformException.StartFailed where it ends before, or takes longer than it may
   */
  public void awaitReady() {
    Instant deadline = Instant.now().plus(settings.startTimeout());
    while (true) {
      // First, whether it is there at all: another may have taken its port, and answer.
      if (child.awaitEnd(POLL)) {
        throw child.startFailure("ended with status %d".formatted(child.exitValue()));
      }
      if (answers(url)) {
        return;
      }
      if (Instant.now().isAfter(deadline)) {
        throw child.startFailure("did not answer after " + settings.startTimeout());
      }
    }
  }

  /** Whether a registry answers at a base for clients of Confluent's API. */
  static boolean answers(String url) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(url + "/subjects").toURL().openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout(ANSWER_MILLIS);
      connection.setReadTimeout(ANSWER_MILLIS);
      try {
        return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
      } finally {
        connection.disconnect();
      }
    } catch (IOException notYet) {
      return false;
    }
  }

  /**
   * Where clients of Confluent's API find it, such as {@code
   * http://127.0.0.1:PORT/apis/ccompat/v7}.
   */
  public String url() {
    return url;
  }

  /** Runs the action, with what happened, when the registry ends without having been closed. */
  public void onUnexpectedEnd(Consumer<String> action) {
    child.onEnd(
        () -> {
          if (!closing) {
            action.accept(child.endMessage());
          }
        });
  }

  /** Ends it. Its database takes what was acknowledged, so there is nothing to wait for. */
  @Override
  public void close() {
    closing = true;
    child.stop("KILL", settings.stopTimeout());
    lock.close();
  }
}
