package dev.sensei.databases;

import java.time.Duration;

/**
 * How connections are opened.
 *
 * @param connectTimeout how long connecting and logging in may take; the URI's {@code
 *     connect_timeout} comes before it
 * @param prepareThreshold after how many executions the driver prepares a statement on the server;
 *     0 never, as connection poolers in transaction mode need it
 */
public record ConnectionSettings(Duration connectTimeout, int prepareThreshold) {
  public static final ConnectionSettings DEFAULT =
      new ConnectionSettings(Duration.ofSeconds(10), 5);

  public ConnectionSettings {
    if (connectTimeout.isNegative() || prepareThreshold < 0) {
      throw new IllegalArgumentException("expected a timeout and a threshold of 0 or more");
    }
  }
}
