package dev.sensei.databases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the password of a database in the places a PostgreSQL user expects, first match wins: the
 * URI itself, the reference in its {@code passwordref} ({@code env://NAME} or {@code
 * file:///path}), {@code SOURCE_PGPASSWORD} or {@code TARGET_PGPASSWORD}, {@code PGPASSWORD}, the
 * password file ({@code PGPASSFILE}, else {@code ~/.pgpass}), none.
 */
public final class PasswordSource {
  /** Longest password file read as a whole password, in bytes. */
  static final long MAX_SECRET_BYTES = 64 * 1024L;

  private final DatabaseRole role;
  private final Map<String, String> environment;
  private final Path home;

  public PasswordSource(DatabaseRole role) {
    this(role, System.getenv(), Path.of(System.getProperty("user.home", "/")));
  }

  /** A source that looks into the environment and home directory given. */
  public PasswordSource(DatabaseRole role, Map<String, String> environment, Path home) {
    this.role = role;
    this.environment = Map.copyOf(environment);
    this.home = home;
  }

  /**
   * The password for this database, empty where no place names one.
   *
   * @throws IllegalArgumentException where a reference cannot be resolved; the message names the
   *     reference, never a password
   */
  public Optional<String> resolve(DatabaseUri uri) {
    if (uri.password().isPresent()) {
      return uri.password();
    }
    String reference = uri.parameters().get(DatabaseUri.PASSWORD_REFERENCE);
    if (reference != null) {
      return Optional.of(resolveReference(reference));
    }
    return variable(role.passwordVariable())
        .or(() -> variable("PGPASSWORD"))
        .or(() -> passwordFile().find(uri));
  }

  /**
   * What {@code env://NAME} or {@code file:///path} stands for.
   *
   * @throws IllegalArgumentException where it stands for nothing, or its scheme is not known
   */
  public String resolveReference(String reference) {
    if (reference.startsWith("env://")) {
      String name = reference.substring("env://".length());
      return variable(name)
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "expected a password in the environment variable "
                          + name
                          + ", found it unset or empty; set it, or name another reference"));
    }
    if (reference.startsWith("file://")) {
      return secretFile(reference.substring("file://".length()));
    }
    if (reference.startsWith("vault://")) {
      throw new IllegalArgumentException(
          "vault:// references are not supported yet; use env://NAME or file:///path");
    }
    throw new IllegalArgumentException(
        "expected a password reference env://NAME or file:///path, found another scheme");
  }

  private static String secretFile(String name) {
    try {
      Path path = Path.of(name);
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException(
            "expected file:///absolute/path as a password reference, found file://" + name);
      }
      if (Files.size(path) > MAX_SECRET_BYTES) {
        throw new IllegalArgumentException(
            "expected a password in "
                + name
                + ", found a file over "
                + MAX_SECRET_BYTES
                + " bytes");
      }
      String secret = Files.readString(path).stripTrailing();
      if (secret.isEmpty()) {
        throw new IllegalArgumentException("expected a password in " + name + ", found it empty");
      }
      return secret;
    } catch (InvalidPathException | IOException e) {
      throw new IllegalArgumentException(
          "expected a readable file with the password at "
              + name
              + ", could not read it; check the path and its permissions",
          e);
    }
  }

  private PasswordFile passwordFile() {
    return new PasswordFile(
        variable("PGPASSFILE").map(Path::of).orElseGet(() -> home.resolve(".pgpass")));
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }
}
