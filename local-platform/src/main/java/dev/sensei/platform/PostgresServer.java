package dev.sensei.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real PostgreSQL server, a child of this process, on a directory that survives it. It listens on
 * loopback over TCP only, keeps its port from run to run where it is still free, asks for passwords
 * (SCRAM), and writes durably. Several run side by side.
 *
 * <p>What it logs carries no row values: neither statements nor the details of errors.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(15);
  private static final int PORT_ATTEMPTS = 5;
  private static final int STATUS_LINE = 7;
  private static final Set<String> TAKEN_ALREADY = Set.of("42P04", "42710", "23505");

  private static final Map<String, String> DEFAULTS =
      Map.of(
          "log_min_error_statement", "panic",
          "log_error_verbosity", "terse",
          "logging_collector", "off",
          "unix_socket_directories", "");

  private final DirectoryLock lock;
  private final ChildProcess child;
  private final Endpoint endpoint;
  private final Duration stopTimeout;
  private volatile boolean closing;

  private PostgresServer(
      DirectoryLock lock, ChildProcess child, Endpoint endpoint, Duration stopTimeout) {
    this.lock = lock;
    this.child = child;
    this.endpoint = endpoint;
    this.stopTimeout = stopTimeout;
  }

  /**
   * Where a database is, and how to enter it. Its text form leaves the password out.
   *
   * @param host an address of loopback
   * @param port the TCP port
   * @param database the database's name
   * @param user the role
   * @param password the role's password
   */
  public record Endpoint(String host, int port, String database, String user, String password) {
    /** The JDBC URL, without user and password. */
    public String jdbcUrl() {
      return "jdbc:postgresql://%s:%d/%s".formatted(host, port, database);
    }

    /** The URI, with the user and without the password. */
    public String uri() {
      return "postgresql://%s@%s:%d/%s".formatted(user, host, port, database);
    }

    /** The same server and role, another database. */
    public Endpoint withDatabase(String other) {
      return new Endpoint(host, port, other, user, password);
    }

    /** The same database, another role. */
    public Endpoint withUser(String otherUser, String otherPassword) {
      return new Endpoint(host, port, database, otherUser, otherPassword);
    }

    /** Opens a connection. */
    public Connection connect() throws SQLException {
      PGSimpleDataSource source = new PGSimpleDataSource();
      source.setUrl(jdbcUrl());
      return source.getConnection(user, password);
    }

    @Override
    public String toString() {
      return uri();
    }
  }

  /**
   * Starts a server; returns when it answers.
   *
   * @throws PlatformException where the directory is in use or not usable, a requested port is
   *     taken, the programs are missing, or the server does not come up
   */
  public static PostgresServer start(PostgresSettings settings) {
    PostgresLauncher launcher = PostgresLauncher.forThisUser(Binaries.find());
    DirectoryLock lock = DirectoryLock.acquire(settings.directory());
    try {
      return start(settings, launcher, lock);
    } catch (IOException e) {
      lock.close();
      throw new PlatformException.DirectoryNotUsable(settings.directory(), e);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static PostgresServer start(
      PostgresSettings settings, PostgresLauncher launcher, DirectoryLock lock) throws IOException {
    PostgresCluster cluster = new PostgresCluster(lock.directory());
    cluster.create(launcher, settings.superuser(), settings.startTimeout());
    LeftoverProcesses.end(cluster.data(), "postgres", settings.stopTimeout());
    for (int attempt = 1; ; attempt++) {
      int port = choosePort(settings, cluster.port(), attempt);
      // Nobody runs here: what a killed server left would only mistake a stranger's pid for it.
      Files.deleteIfExists(cluster.data().resolve("postmaster.pid"));
      ChildProcess child = launch(settings, launcher, cluster, port);
      try {
        awaitReady(child, cluster, settings.startTimeout());
        return new PostgresServer(
            lock,
            child,
            new Endpoint(
                Ports.LOOPBACK, port, "postgres", settings.superuser(), cluster.password()),
            settings.stopTimeout());
      } catch (IOException | RuntimeException failure) {
        child.stop("QUIT", settings.stopTimeout());
        boolean lostThePort = child.logTail().contains("could not bind");
        if (!lostThePort || settings.port().isPresent() || attempt == PORT_ATTEMPTS) {
          throw failure;
        }
      }
    }
  }

  private static int choosePort(PostgresSettings settings, KeptPort port, int attempt)
      throws IOException {
    if (settings.portKept()) {
      return port.chooseTheSame();
    }
    return attempt == 1 ? port.choose(settings.port()) : port.another();
  }

  private static ChildProcess launch(
      PostgresSettings settings, PostgresLauncher launcher, PostgresCluster cluster, int port)
      throws IOException {
    Map<String, String> parameters = new LinkedHashMap<>(DEFAULTS);
    parameters.putAll(settings.parameters());
    parameters.put("listen_addresses", Ports.LOOPBACK);
    parameters.put("port", Integer.toString(port));
    List<String> command = new ArrayList<>(launcher.program("postgres"));
    command.addAll(List.of("-D", cluster.data().toString()));
    parameters.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    return ChildProcess.start(
        "PostgreSQL", command, Map.of("LC_ALL", "C"), cluster.data(), settings.log(), "QUIT");
  }

  /** PostgreSQL writes its state into the last line of its pid file; asking it needs no login. */
  private static void awaitReady(ChildProcess child, PostgresCluster cluster, Duration limit)
      throws IOException {
    Path pidFile = cluster.data().resolve("postmaster.pid");
    Instant deadline = Instant.now().plus(limit);
    while (!saysReady(pidFile)) {
      if (child.awaitEnd(POLL)) {
        throw child.startFailure("ended with status %d".formatted(child.exitValue()));
      }
      if (Instant.now().isAfter(deadline)) {
        throw child.startFailure("was not ready after " + limit);
      }
    }
  }

  private static boolean saysReady(Path pidFile) throws IOException {
    try {
      List<String> lines = Files.readAllLines(pidFile);
      return lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready");
    } catch (NoSuchFileException notYet) {
      return false;
    }
  }

  /** The database {@code postgres}, as superuser. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** Makes a database if it is missing, and says where it is, as superuser. */
  public Endpoint createDatabase(String name) throws SQLException {
    createUnlessThere(
        "SELECT 1 FROM pg_database WHERE datname = ?", name, "CREATE DATABASE " + quoted(name));
    return endpoint.withDatabase(name);
  }

  /**
   * Makes a role that may log in, if it is missing, and gives it the password, which leaves this
   * process hashed only.
   */
  public void createRole(String name, String password) throws SQLException {
    createUnlessThere(
        "SELECT 1 FROM pg_roles WHERE rolname = ?",
        name,
        "CREATE ROLE %s LOGIN".formatted(quoted(name)));
    try (Connection connection = endpoint.connect()) {
      connection
          .unwrap(PGConnection.class)
          .alterUserPassword(name, password.toCharArray(), "scram-sha-256");
    }
  }

  private void createUnlessThere(String question, String name, String creation)
      throws SQLException {
    try (Connection connection = endpoint.connect()) {
      try (PreparedStatement ask = connection.prepareStatement(question)) {
        ask.setString(1, name);
        try (ResultSet answer = ask.executeQuery()) {
          if (answer.next()) {
            return;
          }
        }
      }
      try (Statement create = connection.createStatement()) {
        create.execute(creation);
      } catch (SQLException refused) {
        if (!TAKEN_ALREADY.contains(String.valueOf(refused.getSQLState()))) {
          throw refused;
        }
      }
    }
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** Runs the action, with what happened, when the server ends without having been closed. */
  public void onUnexpectedEnd(Consumer<String> action) {
    child.onEnd(
        () -> {
          if (!closing) {
            action.accept(child.endMessage());
          }
        });
  }

  /** Ends its sessions and stops it (PostgreSQL's fast shutdown). */
  @Override
  public void close() {
    closing = true;
    child.stop("INT", stopTimeout);
    lock.close();
  }
}
