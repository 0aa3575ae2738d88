package dev.sensei.databases;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGConnection;

/**
 * Opens connections to one PostgreSQL database, auto-committing, each under an application name by
 * which the server's administrator and the fence recognise it.
 */
public final class PostgresConnections {
  /** PostgreSQL cuts an application name off behind this many bytes. */
  public static final int MAX_APPLICATION_NAME = 63;

  private final DatabaseUri uri;
  private final PasswordSource passwords;
  private final ConnectionSettings settings;

  public PostgresConnections(
      DatabaseUri uri, PasswordSource passwords, ConnectionSettings settings) {
    this.uri = uri;
    this.passwords = passwords;
    this.settings = settings;
  }

  public PostgresConnections(DatabaseUri uri, PasswordSource passwords) {
    this(uri, passwords, ConnectionSettings.DEFAULT);
  }

  /** Where the connections go, without a password. */
  public DatabaseUri uri() {
    return uri.withoutPassword();
  }

  /**
   * Opens a connection that the caller closes. The password is looked up every time, so a changed
   * one is found.
   *
   * @param applicationName at most {@value #MAX_APPLICATION_NAME} characters of ASCII
   * @throws dev.sensei.databases.errors.DatabaseException where the server cannot be reached or
   *     refuses
   * @throws IllegalArgumentException where a password reference cannot be resolved
   */
  public Connection open(String applicationName) {
    if (applicationName.length() > MAX_APPLICATION_NAME) {
      throw new IllegalArgumentException(
          "expected an application name of at most "
              + MAX_APPLICATION_NAME
              + " characters, found "
              + applicationName.length());
    }
    Properties properties = new Properties();
    properties.setProperty("user", uri.user());
    passwords.resolve(uri).ifPresent(secret -> properties.setProperty("password", secret));
    properties.setProperty("ApplicationName", applicationName);
    properties.setProperty("connectTimeout", Long.toString(connectTimeout().toSeconds()));
    properties.setProperty("loginTimeout", Long.toString(connectTimeout().toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("prepareThreshold", Integer.toString(settings.prepareThreshold()));
    // A server's DETAIL and CONTEXT quote rows; the driver must not add them to its messages.
    properties.setProperty("logServerErrorDetail", "false");
    copyParameter("sslmode", properties);
    copyParameter("sslrootcert", properties);
    try {
      Connection connection = new Driver().connect(uri.jdbcUrl(), properties);
      if (connection == null) {
        throw new IllegalStateException("the PostgreSQL driver does not take " + uri.jdbcUrl());
      }
      return connection;
    } catch (SQLException e) {
      throw DatabaseErrors.whileConnecting(e, uri.host(), uri.port(), uri.database(), uri.user());
    }
  }

  /**
   * Asks the server to cancel the statement that a connection runs; does nothing where it runs
   * none. Returns when the server has the request, from any thread.
   *
   * @throws SQLException where the request cannot be delivered
   */
  public static void cancelStatement(Connection connection) throws SQLException {
    connection.unwrap(PGConnection.class).cancelQuery();
  }

  private Duration connectTimeout() {
    String given = uri.parameters().get("connect_timeout");
    return given == null ? settings.connectTimeout() : Duration.ofSeconds(Long.parseLong(given));
  }

  private void copyParameter(String name, Properties properties) {
    String value = uri.parameters().get(name);
    if (value != null) {
      properties.setProperty(name, value);
    }
  }
}
