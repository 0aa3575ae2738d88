package dev.sensei.databases;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Where a PostgreSQL database is: {@code postgresql://user[:password]@host[:port]/database}, with
 * {@code sslmode}, {@code sslrootcert}, {@code connect_timeout}, {@code application_name} and
 * {@code passwordref} as parameters.
 *
 * <p>{@link #toString()} never shows the password.
 *
 * @param user who connects; the operating system's user where the URI names none
 * @param password the password the URI carries, which must not leave this process
 * @param host name or address, an IPv6 address without its brackets
 * @param port 1 to 65535
 * @param database the database's name, decoded
 * @param parameters the known parameters, decoded, in the order given
 */
public record DatabaseUri(
    String user,
    Optional<String> password,
    String host,
    int port,
    String database,
    Map<String, String> parameters) {
  public static final int DEFAULT_PORT = 5432;

  /** Names a place that holds the password, such as {@code env://NAME} or {@code file:///path}. */
  public static final String PASSWORD_REFERENCE = "passwordref";

  private static final Set<String> PARAMETERS =
      Set.of("sslmode", "sslrootcert", "connect_timeout", "application_name", PASSWORD_REFERENCE);
  private static final Set<String> SSL_MODES =
      Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
  private static final String EXPECTED =
      "expected postgresql://user@host[:port]/database[?sslmode=...]";

  public DatabaseUri {
    parameters = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    if (user.isEmpty() || host.isEmpty() || database.isEmpty()) {
      throw new IllegalArgumentException(EXPECTED + ", found an empty user, host or database");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("expected a port from 1 to 65535, found " + port);
    }
  }

  /**
   * Reads a URI.
   *
   * @throws IllegalArgumentException with what was expected, what was found and what to do; the
   *     message holds no password
   */
  public static DatabaseUri parse(String text) {
    int schemeEnd = text.indexOf("://");
    if (schemeEnd < 0) {
      throw new IllegalArgumentException(
          EXPECTED + ", found no scheme; start the URI with postgresql://");
    }
    String scheme = text.substring(0, schemeEnd).toLowerCase(Locale.ROOT);
    switch (scheme) {
      case "postgresql", "postgres" -> {}
      case "mysql", "mariadb" ->
          throw new IllegalArgumentException(
              "MySQL and MariaDB are not supported yet: " + EXPECTED + ", found " + scheme + "://");
      default ->
          throw new IllegalArgumentException(
              EXPECTED + ", found " + scheme + "://; only PostgreSQL databases are supported");
    }
    String rest = text.substring(schemeEnd + 3);
    if (rest.indexOf('#') >= 0) {
      throw new IllegalArgumentException(EXPECTED + ", found a '#'; write it as %23");
    }
    int query = rest.indexOf('?');
    Map<String, String> parameters = query < 0 ? Map.of() : parameters(rest.substring(query + 1));
    String beforeQuery = query < 0 ? rest : rest.substring(0, query);
    int slash = beforeQuery.indexOf('/');
    if (slash < 0 || slash == beforeQuery.length() - 1) {
      throw new IllegalArgumentException(
          EXPECTED + ", found no database; add /database behind the host");
    }
    String database = decode(beforeQuery.substring(slash + 1), "database");
    String authority = beforeQuery.substring(0, slash);
    int at = authority.lastIndexOf('@');
    String userInfo = at < 0 ? "" : authority.substring(0, at);
    int colon = userInfo.indexOf(':');
    String user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon), "user");
    Optional<String> password =
        colon < 0
            ? Optional.empty()
            : Optional.of(decode(userInfo.substring(colon + 1), "password"))
                .filter(given -> !given.isEmpty());
    String hostAndPort = authority.substring(at + 1);
    return new DatabaseUri(
        user.isEmpty() ? operatingSystemUser() : user,
        password,
        host(hostAndPort),
        port(hostAndPort),
        database,
        parameters);
  }

  /** The same place without a password. */
  public DatabaseUri withoutPassword() {
    return new DatabaseUri(user, Optional.empty(), host, port, database, parameters);
  }

  /** The same server and user, another database. */
  public DatabaseUri withDatabase(String name) {
    return new DatabaseUri(user, password, host, port, name, parameters);
  }

  /** The same place with a password, for use within this process. */
  public DatabaseUri withPassword(String secret) {
    return new DatabaseUri(user, Optional.of(secret), host, port, database, parameters);
  }

  /** The URL for the JDBC driver, without user, password and parameters. */
  public String jdbcUrl() {
    return "jdbc:postgresql://" + bracketed() + ":" + port + "/" + encode(database);
  }

  /** The URI without its password. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("postgresql://");
    text.append(encode(user)).append('@').append(bracketed()).append(':').append(port);
    text.append('/').append(encode(database));
    char separator = '?';
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      text.append(separator).append(parameter.getKey()).append('=');
      text.append(encode(parameter.getValue()));
      separator = '&';
    }
    return text.toString();
  }

  private String bracketed() {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  private static String host(String hostAndPort) {
    String host;
    if (hostAndPort.startsWith("[")) {
      int end = hostAndPort.indexOf(']');
      if (end < 0) {
        throw new IllegalArgumentException(
            EXPECTED + ", found an IPv6 address without its closing bracket");
      }
      host = hostAndPort.substring(1, end);
    } else {
      int colon = hostAndPort.indexOf(':');
      host = decode(colon < 0 ? hostAndPort : hostAndPort.substring(0, colon), "host");
    }
    if (host.isEmpty()) {
      throw new IllegalArgumentException(EXPECTED + ", found no host; name one behind the '@'");
    }
    if (host.indexOf(',') >= 0 || host.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          EXPECTED + ", found a list of hosts or a socket directory; name one host");
    }
    return host;
  }

  private static int port(String hostAndPort) {
    int colon = hostAndPort.indexOf(':', Math.max(0, hostAndPort.indexOf(']')));
    if (colon < 0) {
      return DEFAULT_PORT;
    }
    String digits = hostAndPort.substring(colon + 1);
    if (!digits.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException(
          EXPECTED
              + ", found something other than a number as the port; write an '@', ':' or '/' in a"
              + " password as %40, %3A or %2F, and an IPv6 address in brackets");
    }
    return Integer.parseInt(digits);
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String pair : split(query)) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1), key);
      if (!PARAMETERS.contains(key)) {
        throw new IllegalArgumentException(
            "expected one of the parameters " + sorted(PARAMETERS) + ", found " + key);
      }
      if (key.equals("sslmode") && !SSL_MODES.contains(value)) {
        throw new IllegalArgumentException(
            "expected one of " + sorted(SSL_MODES) + " as sslmode, found " + value);
      }
      if (key.equals("connect_timeout") && !value.matches("[0-9]{1,5}")) {
        throw new IllegalArgumentException("expected seconds as connect_timeout, found " + value);
      }
      found.put(key, value);
    }
    return found;
  }

  private static List<String> split(String query) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    while (from <= query.length()) {
      int end = query.indexOf('&', from);
      String part = query.substring(from, end < 0 ? query.length() : end);
      if (!part.isEmpty()) {
        parts.add(part);
      }
      from = end < 0 ? query.length() + 1 : end + 1;
    }
    return parts;
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  private static String operatingSystemUser() {
    return Objects.requireNonNullElse(System.getProperty("user.name"), "postgres");
  }

  private static String decode(String text, String part) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] decoded = new byte[bytes.length];
    int length = 0;
    for (int at = 0; at < bytes.length; at++) {
      if (bytes[at] != '%') {
        decoded[length++] = bytes[at];
        continue;
      }
      if (at + 2 >= bytes.length
          || !HexFormat.isHexDigit(bytes[at + 1])
          || !HexFormat.isHexDigit(bytes[at + 2])) {
        throw new IllegalArgumentException(
            "expected two hexadecimal digits behind every '%' in the "
                + part
                + ", found something else; write a literal '%' as %25");
      }
      decoded[length++] =
          (byte)
              (HexFormat.fromHexDigit(bytes[at + 1]) * 16 + HexFormat.fromHexDigit(bytes[at + 2]));
      at += 2;
    }
    return new String(decoded, 0, length, StandardCharsets.UTF_8);
  }

  private static String encode(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      char letter = (char) (each & 0xff);
      if ((letter >= 'a' && letter <= 'z')
          || (letter >= 'A' && letter <= 'Z')
          || (letter >= '0' && letter <= '9')
          || "-._~".indexOf(letter) >= 0) {
        encoded.append(letter);
      } else {
        encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
      }
    }
    return encoded.toString();
  }
}
