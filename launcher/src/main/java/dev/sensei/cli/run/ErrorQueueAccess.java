package dev.sensei.cli.run;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The error queue of a migration, in its target's database. */
public interface ErrorQueueAccess {
  /** What is or was in it, by table and number. */
  List<QueuedError> list();

  /**
   * The values of a row, by column in the table's order; empty for NULL.
   *
   * @param key where the key is, {@code env://NAME} or {@code file:///path}; empty for where the
   *     migration says, else the installation's
   * @throws dev.sensei.cli.CommandException where there is no such row, or the key does not open it
   */
  Map<String, Optional<String>> values(long number, Optional<String> key);

  /** The values of all rows that wait, as {@link #values} gives them. */
  void forEachOpen(Optional<String> key, Consumer<OpenRow> row);

  /**
   * A row that waits, with its values.
   *
   * @param error what is known of it
   * @param values by column in the table's order
   */
  record OpenRow(QueuedError error, Map<String, Optional<String>> values) {
    @Override
    public String toString() {
      return "OpenRow[" + error + "]";
    }
  }
}
