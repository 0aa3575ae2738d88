package dev.sensei.databases.errors;

import java.util.Optional;

/**
 * The parts of a server's error that never quote a row.
 *
 * @param sqlState five characters, or empty
 * @param schema the schema that the error is about
 * @param table the table
 * @param column the column
 * @param constraint the constraint
 * @param dataType the data type
 */
public record ErrorFields(
    String sqlState,
    Optional<String> schema,
    Optional<String> table,
    Optional<String> column,
    Optional<String> constraint,
    Optional<String> dataType) {

  /** Only a code, where the server sent nothing else or where there was no server. */
  public static ErrorFields ofState(String sqlState) {
    return new ErrorFields(
        sqlState,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
