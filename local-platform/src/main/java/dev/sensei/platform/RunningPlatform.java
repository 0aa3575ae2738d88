package dev.sensei.platform;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;

/**
 * A platform that runs, in this process or another one, as its data directory tells. The file has
 * no password in it; the control database's stands in {@code control/password} beside it.
 *
 * @param bootstrapServers what Kafka's clients put into {@code bootstrap.servers}
 * @param registryUrl the base of Confluent's API
 * @param controlDatabase the control database, with its password
 * @param pid the process that runs it
 */
public record RunningPlatform(
    String bootstrapServers,
    String registryUrl,
    PostgresServer.Endpoint controlDatabase,
    long pid) {
  static final String FILE = "platform.properties";
  static final String CONTROL = "control";

  /**
   * The platform that runs on a data directory; none where its process is gone, even where the file
   * was left behind.
   *
   * @throws PlatformException.DirectoryNotUsable where there is a file that cannot be read
   */
  public static Optional<RunningPlatform> find(Path dataDirectory) {
    try {
      Properties properties = new Properties();
      properties.load(new StringReader(Files.readString(dataDirectory.resolve(FILE))));
      long pid = Long.parseLong(properties.getProperty("pid", ""));
      if (!startOf(pid).equals(properties.getProperty("pid.started", ""))) {
        return Optional.empty();
      }
      return Optional.of(
          new RunningPlatform(
              properties.getProperty("bootstrap.servers", ""),
              properties.getProperty("registry.url", ""),
              new PostgresServer.Endpoint(
                  properties.getProperty("control.host", ""),
                  Integer.parseInt(properties.getProperty("control.port", "")),
                  properties.getProperty("control.database", ""),
                  properties.getProperty("control.user", ""),
                  new PostgresCluster(dataDirectory.resolve(CONTROL)).password()),
              pid));
    } catch (NoSuchFileException notRunning) {
      return Optional.empty();
    } catch (IOException | NumberFormatException e) {
      throw new PlatformException.DirectoryNotUsable(dataDirectory, e);
    }
  }

  /** Tells others of this platform. */
  void announce(Path dataDirectory) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("bootstrap.servers", bootstrapServers);
    properties.setProperty("registry.url", registryUrl);
    properties.setProperty("control.jdbc.url", controlDatabase.jdbcUrl());
    properties.setProperty("control.host", controlDatabase.host());
    properties.setProperty("control.port", Integer.toString(controlDatabase.port()));
    properties.setProperty("control.database", controlDatabase.database());
    properties.setProperty("control.user", controlDatabase.user());
    properties.setProperty("pid", Long.toString(pid));
    properties.setProperty("pid.started", startOf(pid));
    StringWriter text = new StringWriter();
    properties.store(text, null);
    OwnerOnly.write(dataDirectory.resolve(FILE), text.toString());
  }

  /** When a process was started, which tells it from a later one of the same pid; empty if gone. */
  private static String startOf(long pid) {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .flatMap(process -> process.info().startInstant())
        .map(Instant::toString)
        .orElse("gone");
  }
}
