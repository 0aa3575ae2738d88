package dev.sensei.cli.system;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.run.DemoRequest;
import dev.sensei.cli.run.RunListener;
import dev.sensei.cli.sample.SampleShop;
import dev.sensei.databases.DatabaseUri;
import dev.sensei.platform.PlatformException;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The demo's source, a server with a sample shop, and its target, an empty database on a server of
 * its own. Both live in the data directory and keep their ports, so that a demo that was killed
 * goes on where it was.
 */
final class DemoDatabases implements AutoCloseable {
  private static final String SHOP = "shop";
  private static final String NEW_SHOP = "new_shop";

  private final PostgresServer source;
  private final PostgresServer target;
  private final DatabaseUri sourceUri;
  private final DatabaseUri targetUri;
  private final Path certificate;

  private DemoDatabases(PostgresServer source, PostgresServer target, Path directory)
      throws SQLException {
    this.source = source;
    this.target = target;
    this.sourceUri = uri(source.createDatabase(SHOP));
    this.targetUri = uri(target.createDatabase(NEW_SHOP));
    this.certificate = directory.resolve("demo.certificate.jws");
  }

  /**
   * Starts both servers and makes the sample where it is not there yet.
   *
   * @throws CommandException where that cannot be done, with what to do
   */
  static DemoDatabases start(DemoRequest request, RunListener listener)
      throws InterruptedException {
    Path directory = request.platform().dataDirectory().resolve("demo");
    listener.note("Starting the sample's source and target, two PostgreSQL servers.");
    Queue<PostgresServer> started = new ConcurrentLinkedQueue<>();
    boolean complete = false;
    try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
      Files.createDirectories(directory);
      Future<PostgresServer> starting =
          both.submit(() -> server(directory.resolve("source"), started));
      PostgresServer target = server(directory.resolve("target"), started);
      DemoDatabases databases = new DemoDatabases(await(starting), target, directory);
      databases.fill(request.rows(), listener);
      complete = true;
      return databases;
    } catch (PlatformException refused) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(refused.getMessage()), refused);
    } catch (SQLException failed) {
      throw new CommandException(
          ExitCode.INTERNAL_ERROR,
          "the sample could not be made (SQLSTATE %s)".formatted(failed.getSQLState()),
          failed);
    } catch (IOException failed) {
      throw new CommandException(
          ExitCode.USAGE,
          "the data directory %s cannot be written; give another with --data-dir"
              .formatted(request.platform().dataDirectory()),
          failed);
    } finally {
      if (!complete) {
        started.forEach(PostgresServer::close);
      }
    }
  }

  private static PostgresServer await(Future<PostgresServer> starting) throws InterruptedException {
    try {
      return starting.get();
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof PlatformException refused
          ? refused
          : new IllegalStateException("the sample's source did not start", failed);
    }
  }

  private static DatabaseUri uri(PostgresServer.Endpoint database) {
    return DatabaseUri.parse(database.uri()).withPassword(database.password());
  }

  private static PostgresServer server(Path directory, Queue<PostgresServer> started) {
    PostgresServer server =
        PostgresServer.start(
            PostgresSettings.in(directory)
                .keepingItsPort()
                .with("shared_buffers", "256MB")
                .with("max_wal_size", "4GB")
                .with("autovacuum", "off"));
    started.add(server);
    return server;
  }

  private void fill(long rows, RunListener listener) throws SQLException {
    try (Connection connection = source.endpoint().withDatabase(SHOP).connect()) {
      if (!exists(connection, SampleShop.SCHEMA)) {
        listener.note("Making a sample shop of about %,d rows.".formatted(rows));
        new SampleShop(rows).create(connection);
      } else {
        listener.note("The sample shop is there from an earlier run, and is used as it is.");
      }
    }
  }

  private static boolean exists(Connection connection, String schema) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_catalog.to_regnamespace('" + schema + "') IS NOT NULL")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /** The sample, with its password. */
  DatabaseUri source() {
    return sourceUri;
  }

  /** The empty target, with its password. */
  DatabaseUri target() {
    return targetUri;
  }

  /**
   * Puts an empty database in the target's place.
   *
   * @throws CommandException where somebody holds it
   */
  void emptyTheTarget() {
    try (Connection there = target.endpoint().withDatabase(NEW_SHOP).connect()) {
      if (exists(there, "sensei_ledger")) {
        throw CommandException.usage(
            "the target of the demo, %s, is still in work for a migration; give another directory with --data-dir"
                .formatted(targetUri.withoutPassword()));
      }
    } catch (SQLException unreachable) {
      throw notReplaced(unreachable);
    }
    try (Connection connection = target.endpoint().connect();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP DATABASE IF EXISTS " + NEW_SHOP);
      statement.execute("CREATE DATABASE " + NEW_SHOP);
    } catch (SQLException refused) {
      throw notReplaced(refused);
    }
  }

  private CommandException notReplaced(SQLException refused) {
    return new CommandException(
        ExitCode.USAGE,
        "the target of the demo before this one, %s, cannot be replaced by an empty one (SQLSTATE %s); end the sessions that use it, or give another directory with --data-dir"
            .formatted(targetUri.withoutPassword(), refused.getSQLState()),
        refused);
  }

  /** Where the certificate goes where nothing else is said. */
  Path certificate() {
    return certificate;
  }

  @Override
  public void close() {
    source.close();
    target.close();
  }
}
