package dev.sensei.agents.databases;

import dev.sensei.databases.ConnectionSettings;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.PasswordSource;
import dev.sensei.databases.PostgresConnections;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.schemas.common.DatabaseReference;
import java.sql.Connection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Gets from a database's reference in a task to connections. References carry no password: one that
 * this process was given with a URI comes first, then the reference's own place, then the places a
 * PostgreSQL user expects (see {@link PasswordSource}).
 */
public final class DatabaseAccess {
  private final Map<String, String> passwords;
  private final ConnectionSettings connectionSettings;

  private DatabaseAccess(Map<String, String> passwords, ConnectionSettings connectionSettings) {
    this.passwords = passwords;
    this.connectionSettings = connectionSettings;
  }

  /** Access by references alone. */
  public static DatabaseAccess byReference() {
    return withPasswords(Map.of());
  }

  /**
   * Access with passwords that never leave this process.
   *
   * @param passwordByUri passwords by the URI of their database, with or without its password
   * @throws IllegalArgumentException where a URI cannot be read; the message holds no password
   */
  public static DatabaseAccess withPasswords(Map<String, String> passwordByUri) {
    Map<String, String> normalised = new HashMap<>();
    passwordByUri.forEach(
        (uri, password) ->
            normalised.put(DatabaseUri.parse(uri).withoutPassword().toString(), password));
    return new DatabaseAccess(Map.copyOf(normalised), ConnectionSettings.DEFAULT);
  }

  /**
   * Where a reference leads, its password reference included.
   *
   * @throws IllegalArgumentException where its URI cannot be read; the message holds no password
   */
  public DatabaseUri resolve(DatabaseReference reference) {
    DatabaseUri uri = DatabaseUri.parse(reference.getUri()).withoutPassword();
    String given = passwords.get(uri.toString());
    if (given != null) {
      return uri.withPassword(given);
    }
    String place = reference.getPasswordReference();
    if (place == null) {
      return uri;
    }
    Map<String, String> parameters = new LinkedHashMap<>(uri.parameters());
    parameters.put(DatabaseUri.PASSWORD_REFERENCE, place);
    return new DatabaseUri(
        uri.user(), uri.password(), uri.host(), uri.port(), uri.database(), parameters);
  }

  /**
   * Opens connections to the database behind a reference.
   *
   * @param role the side of the migration it is on
   * @throws IllegalArgumentException where its URI cannot be read; the message holds no password
   */
  public PostgresConnections connections(DatabaseReference reference, DatabaseRole role) {
    return new PostgresConnections(
        resolve(reference), new PasswordSource(role), connectionSettings);
  }

  /**
   * Opens a connection that the caller closes.
   *
   * @param role the side of the migration it is on
   * @param applicationName at most {@value PostgresConnections#MAX_APPLICATION_NAME} characters, by
   *     which the server's administrator and the fence recognise it
   * @throws DatabaseException where the server cannot be reached or refuses
   * @throws IllegalArgumentException where the URI or the password's place cannot be read; the
   *     message holds no password
   */
  public Connection open(DatabaseReference reference, DatabaseRole role, String applicationName) {
    return connections(reference, role).open(applicationName);
  }
}
