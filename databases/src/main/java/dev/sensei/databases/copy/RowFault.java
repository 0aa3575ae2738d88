package dev.sensei.databases.copy;

import dev.sensei.databases.errors.ErrorFields;

/**
 * A row that the target does not take.
 *
 * @param rowHmac HMAC-SHA-256, in hexadecimal, of the row's bytes in the format of the copy
 * @param fields why: SQLSTATE, and column, constraint and type where the target names them
 */
public record RowFault(String rowHmac, ErrorFields fields) {
  /** The kind under which the ledger counts it. */
  public String kind() {
    return fields.sqlState();
  }
}
