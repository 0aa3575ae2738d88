package dev.sensei.databases.copy;

import dev.sensei.databases.errors.ErrorFields;

/**
 * A row that is not taken.
 *
 * @param locator where it stands in the source
 * @param fields why: SQLSTATE, and column, constraint and type where the server names them
 */
public record RowFault(RowLocator locator, ErrorFields fields) {
  /** The kind under which it is counted. */
  public String kind() {
    return fields.sqlState();
  }
}
