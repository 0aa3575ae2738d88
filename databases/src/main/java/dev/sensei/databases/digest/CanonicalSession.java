package dev.sensei.databases.digest;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The session settings under which a value has one text on every server, whatever was configured
 * there for the server, the database or the role.
 */
public final class CanonicalSession {
  /** The statements, to be run before the digest's query by whoever recomputes it. */
  public static final List<String> PINS =
      List.of(
          "SET DateStyle = 'ISO, YMD'",
          "SET IntervalStyle = 'postgres'",
          "SET TimeZone = 'UTC'",
          "SET extra_float_digits = 1",
          "SET bytea_output = 'hex'",
          "SET lc_monetary = 'C'",
          "SET lc_numeric = 'C'",
          "SET lc_time = 'C'",
          "SET xmlbinary = 'base64'",
          "SET xmloption = 'content'",
          "SET quote_all_identifiers = off",
          "SET standard_conforming_strings = on",
          "SET search_path = pg_catalog",
          "SET client_encoding = 'UTF8'",
          "SET row_security = off",
          "SET statement_timeout = 0",
          "SET lock_timeout = 0");

  private CanonicalSession() {}

  /**
   * Pins the session. On a session in a transaction the pins hold only if that commits, so pin
   * before, or rely on the transaction that is open.
   */
  public static void pin(Connection connection) {
    run(connection, String.join("; ", PINS));
  }

  /** Pins the transaction that is open; behind it the session is as it was. */
  public static void pinTransaction(Connection connection) {
    run(
        connection,
        PINS.stream()
            .map(pin -> pin.replaceFirst("^SET ", "SET LOCAL "))
            .collect(Collectors.joining("; ")));
  }

  private static void run(Connection connection, String pins) {
    DatabaseErrors.run(
        "pinning the session's settings",
        () -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute(pins);
          }
        });
  }
}
