package dev.sensei.databases.errors;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.postgresql.util.GT;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The one place where a {@link SQLException} becomes a {@link DatabaseException}.
 *
 * <p>Of a server's error SQLSTATE and the names of schema, table, column, constraint and data type
 * pass, and the number of a line that a COPY's context begins with. Its message, detail, hint and
 * the rest of the context do not: they quote rows.
 */
public final class DatabaseErrors {
  private static final Pattern SQL_STATE = Pattern.compile("[0-9A-Z]{5}");

  /** What the driver says of a server that does not take part in TLS, before its translation. */
  private static final String NO_TLS = "The server does not support SSL.";

  private DatabaseErrors() {}

  /** A piece of work on a database that gives a value. */
  @FunctionalInterface
  public interface Work<T> {
    T run() throws SQLException;
  }

  /** A piece of work on a database that gives nothing. */
  @FunctionalInterface
  public interface Action {
    void run() throws SQLException;
  }

  /**
   * Does the work and translates what JDBC throws.
   *
   * @param doing what is being done, as a phrase such as {@code reading the size of public.orders};
   *     it starts the message and must hold no row value
   */
  public static <T> T call(String doing, Work<T> work) {
    try {
      return work.run();
    } catch (SQLException e) {
      throw translate(doing, e);
    }
  }

  /** {@link #call} for work that gives nothing. */
  public static void run(String doing, Action action) {
    try {
      action.run();
    } catch (SQLException e) {
      throw translate(doing, e);
    }
  }

  /** The exception to throw for one that JDBC threw while {@code doing} something. */
  public static DatabaseException translate(String doing, SQLException thrown) {
    ErrorFields fields = fields(thrown);
    ErrorClass errorClass = classify(fields.sqlState());
    Optional<String> connection =
        server(thrown).isPresent() ? Optional.empty() : connectionTrouble(thrown, "the server");
    String sentence = connection.orElseGet(() -> ErrorSentences.of(fields));
    String state = fields.sqlState().isEmpty() ? "" : " (SQLSTATE " + fields.sqlState() + ")";
    long line = server(thrown).map(ServerErrorMessage::getWhere).map(CopyLine::in).orElse(0L);
    return new DatabaseException(doing + ": " + sentence + state, errorClass, fields, line);
  }

  /**
   * The exception to throw where a connection could not be opened.
   *
   * @param host the host as it was configured
   * @param port the port, 1 to 65535
   * @param database the database's name
   * @param user the role's name
   */
  public static DatabaseException whileConnecting(
      SQLException thrown, String host, int port, String database, String user) {
    ErrorFields fields = fields(thrown);
    String address = host + ":" + port;
    String doing = "connecting to database " + database + " at " + address + " as " + user;
    if (server(thrown).isPresent()) {
      return translate(doing, thrown);
    }
    if (GT.tr(NO_TLS).equals(thrown.getMessage())) {
      return new DatabaseException(
          doing
              + ": the connection requires TLS (SSL), and the server does not offer it; switch it"
              + " on there, or ask for less by sslmode (ssl in a spec)",
          ErrorClass.CONFIGURATION,
          fields);
    }
    Throwable root = root(thrown);
    ErrorClass errorClass =
        switch (root) {
          case UnknownHostException e -> ErrorClass.CONFIGURATION;
          case SSLException e -> ErrorClass.CONFIGURATION;
          case ConnectException e -> ErrorClass.TRANSIENT;
          case SocketTimeoutException e -> ErrorClass.TRANSIENT;
          case NoRouteToHostException e -> ErrorClass.TRANSIENT;
          default -> classify(fields.sqlState());
        };
    String sentence = connectionTrouble(thrown, address).orElseGet(() -> ErrorSentences.of(fields));
    String state = fields.sqlState().isEmpty() ? "" : " (SQLSTATE " + fields.sqlState() + ")";
    return new DatabaseException(doing + ": " + sentence + state, errorClass, fields);
  }

  /** The exception to throw for a row that does not keep a rule of ours, as of class DATA. */
  public static DatabaseException rowAtFault(String doing, ErrorFields fields) {
    return new DatabaseException(doing + ": " + ErrorSentences.of(fields), ErrorClass.DATA, fields);
  }

  /** What an error says, in a plain sentence that quotes no row. */
  public static String sentence(ErrorFields fields) {
    return ErrorSentences.of(fields);
  }

  /** What can be done about an error with this SQLSTATE. */
  public static ErrorClass classify(String sqlState) {
    if (sqlState.length() != 5) {
      return ErrorClass.INTERNAL;
    }
    return switch (sqlState) {
      case "08P01" -> ErrorClass.INTERNAL;
      case "22023" -> ErrorClass.CONFIGURATION;
      case "25006" -> ErrorClass.CONFIGURATION;
      case "25P02" -> ErrorClass.INTERNAL;
      case "25P03", "25P04" -> ErrorClass.TRANSIENT;
      case "42501" -> ErrorClass.PERMISSION;
      case "42601" -> ErrorClass.INTERNAL;
      case "44000" -> ErrorClass.DATA;
      case "53400" -> ErrorClass.CONFIGURATION;
      case "55P03", "55006" -> ErrorClass.TRANSIENT;
      case "57P04" -> ErrorClass.CONFIGURATION;
      case "58030", "58P01" -> ErrorClass.RESOURCE;
      default ->
          switch (sqlState.substring(0, 2)) {
            case "08", "40", "57" -> ErrorClass.TRANSIENT;
            case "22", "23", "21" -> ErrorClass.DATA;
            case "2B", "3F", "42", "0A", "55" -> ErrorClass.SCHEMA;
            case "53", "54" -> ErrorClass.RESOURCE;
            case "28", "3D", "F0" -> ErrorClass.CONFIGURATION;
            default -> ErrorClass.INTERNAL;
          };
    };
  }

  private static ErrorFields fields(SQLException thrown) {
    String state = Optional.ofNullable(thrown.getSQLState()).orElse("");
    String checked = SQL_STATE.matcher(state).matches() ? state : "";
    return server(thrown)
        .map(
            message ->
                new ErrorFields(
                    checked,
                    Optional.ofNullable(message.getSchema()),
                    Optional.ofNullable(message.getTable()),
                    Optional.ofNullable(message.getColumn()),
                    Optional.ofNullable(message.getConstraint()),
                    Optional.ofNullable(message.getDatatype())))
        .orElseGet(() -> ErrorFields.ofState(checked));
  }

  private static Optional<ServerErrorMessage> server(SQLException thrown) {
    return thrown instanceof PSQLException postgres
        ? Optional.ofNullable(postgres.getServerErrorMessage())
        : Optional.empty();
  }

  private static Optional<String> connectionTrouble(SQLException thrown, String address) {
    return switch (root(thrown)) {
      case UnknownHostException e ->
          Optional.of("the host name of " + address + " is not known; check its spelling");
      case ConnectException e ->
          Optional.of("nothing accepts connections at " + address + "; is the server running?");
      case NoRouteToHostException e -> Optional.of("there is no network route to " + address);
      case SocketTimeoutException e ->
          Optional.of(address + " did not answer in time; a firewall may be in between");
      case SSLException e ->
          Optional.of(
              "TLS with " + address + " could not be agreed; check sslmode and certificate");
      case EOFException e -> Optional.of(address + " closed the connection");
      default -> Optional.empty();
    };
  }

  private static Throwable root(Throwable thrown) {
    Throwable at = thrown;
    for (int depth = 0; depth < 10; depth++) {
      Throwable cause = at.getCause();
      if (cause == null) {
        return at;
      }
      at = cause;
    }
    return at;
  }
}
