package dev.sensei.databases.errors;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A database said no. Unchecked: what can be expected to fail in the normal course of things has a
 * result type of its own where it happens; everything else ends here and is handled by {@link
 * #errorClass()}.
 *
 * <p>Carries no row value: the server's message, detail, hint and context are not in it, and the
 * JDBC exception, which has them, is not its cause. Made by {@link DatabaseErrors} alone.
 */
public final class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is said of rows too, though their class is said of much else. */
  private static final Set<String> OF_A_ROW = Set.of("P0001", "22023", "54000");

  private final transient ErrorFields fields;
  private final ErrorClass errorClass;
  private final long copyLine;

  DatabaseException(String message, ErrorClass errorClass, ErrorFields fields) {
    this(message, errorClass, fields, 0);
  }

  /**
   * An error of a COPY.
   *
   * @param copyLine the line that the server named, from 1; 0 where it named none
   */
  DatabaseException(String message, ErrorClass errorClass, ErrorFields fields, long copyLine) {
    super(message);
    this.errorClass = errorClass;
    this.fields = fields;
    this.copyLine = copyLine;
  }

  public ErrorClass errorClass() {
    return errorClass;
  }

  /** The five characters of SQLSTATE; empty where the error did not come with any. */
  public String sqlState() {
    return fields.sqlState();
  }

  /** What the server named beside the code: schema, table, column, constraint, type. */
  public ErrorFields fields() {
    return fields;
  }

  /**
   * The row, from 1, at which a COPY into the server was when it failed, where the server says so.
   * That is where the server was, and not always the row at fault.
   */
  public OptionalLong copyLine() {
    return copyLine == 0 ? OptionalLong.empty() : OptionalLong.of(copyLine);
  }

  /**
   * Whether it may be one row's fault: by its values, by what a trigger or function says of them,
   * or since it is too large for an index.
   */
  public boolean mayBeOfARow() {
    return errorClass == ErrorClass.DATA || OF_A_ROW.contains(fields.sqlState());
  }

  /** The constraint, where the server named one. */
  public Optional<String> constraint() {
    return fields.constraint();
  }

  /** The column, where the server named one. */
  public Optional<String> column() {
    return fields.column();
  }
}
