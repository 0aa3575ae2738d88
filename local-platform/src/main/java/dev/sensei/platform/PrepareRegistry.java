package dev.sensei.platform;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/**
 * The build step that tries the registry once, so that later starts of it are fast: see {@link
 * RegistryProgram#cache}. It runs while the module is built, never in the product. Where it does
 * not work, the build goes on: the registry starts all the same, only slower.
 */
final class PrepareRegistry {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final String SCHEMA =
      """
      {"schema": "{\\"type\\": \\"record\\", \\"name\\": \\"Trial\\", \\"fields\\": []}"}
      """;

  private PrepareRegistry() {}

  /**
   * Tries the registry, where there is no cache of it yet for this virtual machine.
   *
   * @param arguments none; the programs are where {@link Binaries} finds them
   */
  public static void main(String[] arguments) {
    try {
      Binaries binaries = Binaries.find();
      if (!Files.exists(RegistryProgram.cache(binaries))) {
        prepare(binaries);
      }
    } catch (IOException | UncheckedIOException | SQLException | PlatformException notToday) {
      System.out.println("The registry will start without a cache of its classes: " + notToday);
    }
  }

  private static void prepare(Binaries binaries) throws IOException, SQLException {
    removeOthers(binaries);
    Path unfinished = binaries.directory().resolve("registry.aot.unfinished");
    Path directory = Files.createTempDirectory(binaries.directory(), "trial-");
    try (PostgresServer postgres =
        PostgresServer.start(PostgresSettings.in(directory.resolve("postgresql")))) {
      RegistrySettings settings =
          RegistrySettings.in(directory.resolve("registry"), postgres.createDatabase("registry"));
      tryOut(settings, RegistryProgram.leaving(unfinished, binaries));
      Files.move(unfinished, RegistryProgram.cache(binaries), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      DirectoryTree.delete(directory);
    }
  }

  private static void removeOthers(Binaries binaries) throws IOException {
    try (DirectoryStream<Path> others =
        Files.newDirectoryStream(binaries.directory(), "registry*.aot*")) {
      for (Path other : others) {
        Files.delete(other);
      }
    }
  }

  /** Not as a {@link ChildProcess}: those do not hear the signal that asks for a tidy end. */
  private static void tryOut(RegistrySettings settings, RegistryProgram program)
      throws IOException {
    int port = Ports.free();
    OwnerOnly.createDirectories(settings.directory());
    ProcessBuilder builder =
        new ProcessBuilder(program.command(settings.heapMegabytes(), settings.directory()))
            .directory(settings.directory().toFile())
            .redirectErrorStream(true)
            .redirectOutput(settings.log().toFile());
    builder.environment().putAll(RegistryServer.environment(settings, port));
    Process registry = builder.start();
    Thread end = new Thread(registry::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(end);
    try {
      String url = RegistryServer.urlOf(port);
      awaitAnswer(registry, url);
      send(url + "/config", "PUT", "{\"compatibility\": \"FULL_TRANSITIVE\"}");
      send(url + "/subjects/trial/versions", "POST", SCHEMA);
      registry.destroy();
      if (!registry.waitFor(LIMIT)) {
        throw new IOException("the registry did not end within " + LIMIT);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      registry.destroyForcibly();
      Runtime.getRuntime().removeShutdownHook(end);
    }
  }

  private static void awaitAnswer(Process registry, String url)
      throws IOException, InterruptedException {
    Instant deadline = Instant.now().plus(LIMIT);
    while (!RegistryServer.answers(url)) {
      if (registry.waitFor(POLL) || Instant.now().isAfter(deadline)) {
        throw new IOException("the registry did not answer at " + url);
      }
    }
  }

  private static void send(String url, String method, String body) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(url).toURL().openConnection(Proxy.NO_PROXY);
    connection.setRequestMethod(method);
    connection.setRequestProperty("Content-Type", "application/vnd.schemaregistry.v1+json");
    connection.setDoOutput(true);
    try (OutputStream out = connection.getOutputStream()) {
      out.write(body.getBytes(StandardCharsets.UTF_8));
    }
    if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
      throw new IOException(
          "The registry answered %d to %s %s".formatted(connection.getResponseCode(), method, url));
    }
    connection.disconnect();
  }
}
