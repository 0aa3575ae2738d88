package dev.sensei.agents.worker;

import dev.sensei.databases.copy.MarkedRow;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.errors.ErrorFields;

/** What a row's masks say, in the words of a server's error. */
final class MarkedFaults {
  private MarkedFaults() {}

  static RowFault fault(MarkedRow row) {
    return new RowFault(row.locator(), ErrorFields.ofState("23514"));
  }
}
