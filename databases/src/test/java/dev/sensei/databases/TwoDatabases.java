package dev.sensei.databases;

import dev.sensei.platform.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A source and a target, empty, on one server that all tests of this process share. */
public final class TwoDatabases {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final PostgresServer.Endpoint source;
  private final PostgresServer.Endpoint target;

  private TwoDatabases(PostgresServer.Endpoint source, PostgresServer.Endpoint target) {
    this.source = source;
    this.target = target;
  }

  /** Starts with the first use and ends with the process. */
  private static final class Shared {
    static final PostgresServer SERVER = TestServer.startForThisProcess();
  }

  /** Two databases that are there, on servers of the test's own. */
  public static TwoDatabases of(PostgresServer.Endpoint source, PostgresServer.Endpoint target) {
    return new TwoDatabases(source, target);
  }

  /** Two new databases. */
  public static TwoDatabases fresh() throws SQLException {
    int number = NUMBER.incrementAndGet();
    return new TwoDatabases(
        Shared.SERVER.createDatabase("source_" + number),
        Shared.SERVER.createDatabase("target_" + number));
  }

  public PostgresServer.Endpoint sourceEndpoint() {
    return source;
  }

  public PostgresServer.Endpoint targetEndpoint() {
    return target;
  }

  public Connection source() throws SQLException {
    return source.connect();
  }

  public Connection target() throws SQLException {
    return target.connect();
  }

  /** Runs statements on the source. */
  public void onSource(String... statements) throws SQLException {
    try (Connection connection = source()) {
      run(connection, statements);
    }
  }

  /** Runs statements on the target. */
  public void onTarget(String... statements) throws SQLException {
    try (Connection connection = target()) {
      run(connection, statements);
    }
  }

  /** Runs statements on both. */
  public void onBoth(String... statements) throws SQLException {
    onSource(statements);
    onTarget(statements);
  }

  /** The first column of the first row. */
  public String askSource(String query) throws SQLException {
    try (Connection connection = source()) {
      return ask(connection, query);
    }
  }

  /** The first column of the first row. */
  public String askTarget(String query) throws SQLException {
    try (Connection connection = target()) {
      return ask(connection, query);
    }
  }

  public static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  public static String ask(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }
}
