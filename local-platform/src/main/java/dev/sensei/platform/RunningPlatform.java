package dev.sensei.platform;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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

  /** Where the start time stands in /proc/PID/stat, counted from behind the program's name. */
  private static final int START_TIME = 19;

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
                  new PostgresCluster(dataDirectory.resolve(CONTROL)).knownPassword()),
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

  /**
   * When a process was started, in clock ticks since the machine was, which tells it from a later
   * process with the same pid.
   */
  private static String startOf(long pid) throws IOException {
    Path status = Path.of("/proc", Long.toString(pid), "stat");
    if (!Files.exists(status)) {
      return "gone";
    }
    String fields = Files.readString(status);
    // The second field is the program's name, in parentheses, and may itself have spaces.
    return fields.substring(fields.lastIndexOf(')') + 2).split(" ", -1)[START_TIME];
  }
}
