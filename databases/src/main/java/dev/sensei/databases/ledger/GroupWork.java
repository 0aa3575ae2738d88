package dev.sensei.databases.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Writes the rows of several small tables, and whatever completes them. */
@FunctionalInterface
public interface GroupWork {
  /**
   * Writes through this connection, in the transaction that it is in. Must not commit or roll back
   * further than to savepoints of its own.
   *
   * @param target the target's session
   * @param tables those whose rows are to be written, in the order they were given
   */
  Done write(Connection target, List<TableKey> tables) throws SQLException;

  /**
   * What was done.
   *
   * @param written what was written to each table
   * @param marks what was built, to be remembered as done by the migration
   */
  record Done(Map<TableKey, ChunkWork.Written> written, List<CreatedObject> marks) {
    public Done {
      written = Map.copyOf(written);
      marks = List.copyOf(marks);
    }
  }
}
