package dev.sensei.orchestrator.projection;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.flywaydb.core.Flyway;

/** The control PostgreSQL database, with its tables made and kept up to date. */
public final class ControlDatabase implements AutoCloseable {
  private static final String MIGRATIONS = "classpath:dev/sensei/orchestrator/projection";

  private final HikariDataSource connections;

  private ControlDatabase(HikariDataSource connections) {
    this.connections = connections;
  }

  /**
   * Where the control database is. Its text form leaves the password out.
   *
   * @param jdbcUrl such as {@code jdbc:postgresql://127.0.0.1:5432/sensei_control}
   * @param user the role
   * @param password the role's password
   * @param maxConnections connections at the same time, at least 1
   * @param connectTimeout how long a connection may take to come
   */
  public record Settings(
      String jdbcUrl, String user, String password, int maxConnections, Duration connectTimeout) {
    /** The defaults: two connections, ten seconds. */
    public static Settings of(String jdbcUrl, String user, String password) {
      return new Settings(jdbcUrl, user, password, 2, Duration.ofSeconds(10));
    }

    @Override
    public String toString() {
      return jdbcUrl + " as " + user;
    }
  }

  /**
   * Opens the database and makes the tables that are missing.
   *
   * @throws org.flywaydb.core.api.FlywayException where the tables cannot be made
   */
  public static ControlDatabase open(Settings settings) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(settings.jdbcUrl());
    config.setUsername(settings.user());
    config.setPassword(settings.password());
    config.setPoolName("control");
    config.setMinimumIdle(1);
    config.setMaximumPoolSize(settings.maxConnections());
    config.setConnectionTimeout(settings.connectTimeout().toMillis());
    config.setConnectionInitSql("SET TIME ZONE 'UTC'");
    HikariDataSource connections = new HikariDataSource(config);
    try {
      Flyway.configure()
          .dataSource(connections)
          .locations(MIGRATIONS)
          .baselineOnMigrate(true)
          .baselineVersion("0")
          .load()
          .migrate();
    } catch (RuntimeException failed) {
      connections.close();
      throw failed;
    }
    return new ControlDatabase(connections);
  }

  /** A connection; whoever asks closes it. */
  public Connection connect() throws SQLException {
    return connections.getConnection();
  }

  @Override
  public void close() {
    connections.close();
  }
}
