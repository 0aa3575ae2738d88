package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.queue.RowCipher;
import dev.sensei.databases.queue.RowContent;
import dev.sensei.schemas.common.FailureClass;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A row of the error queue as the source has it now: at its place and unchanged, or else the one
 * with its primary key.
 *
 * @param locator where it stands now; empty where it is gone
 * @param unchanged whether it is as it was under the snapshot
 */
record CurrentRow(Optional<RowLocator> locator, boolean unchanged) {
  private static final CurrentRow GONE = new CurrentRow(Optional.empty(), false);

  /**
   * Finds it. The session is then in a transaction that goes on seeing the row as it was found, to
   * be ended by {@link #release}.
   *
   * @param sealed its content under the snapshot, encrypted
   * @param keyIsItsOwn whether no other row of the queue has its key; another's would be taken for
   *     it
   * @throws TaskFailure where the content does not open
   */
  static CurrentRow find(
      Connection source,
      byte[] sealed,
      TableTask table,
      QueuedRow row,
      boolean keyIsItsOwn,
      RowCipher cipher)
      throws TaskFailure {
    RowContent before =
        cipher
            .open(sealed, QueuedRow.context(row.table(), row.epoch(), row.fault()))
            .map(RowContent::read)
            .orElseThrow(
                () ->
                    new TaskFailure(
                        FailureClass.CONFIGURATION,
                        "OTHER_ERROR_KEY",
                        "row %d of the error queue was encrypted with key %s, this worker has key %s: give every worker the same, as errors.key of the spec"
                            .formatted(row.number(), row.keyId(), cipher.keyId())));
    DatabaseErrors.run(
        "beginning to read " + table.table(),
        () -> {
          source.setAutoCommit(false);
          try (Statement statement = source.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
          }
        });
    CanonicalSession.pinTransaction(source);
    RowLocator place = row.fault().locator();
    if (SetAside.contents(source, table.plan(), RowLocator.in(List.of(place)), 1).stream()
        .anyMatch(there -> there.content().equals(before))) {
      return new CurrentRow(Optional.of(place), true);
    }
    Optional<String> byKey = keyIsItsOwn ? byKey(table.plan(), before) : Optional.empty();
    if (byKey.isEmpty()) {
      return GONE;
    }
    List<SetAside.SourceRow> found = SetAside.contents(source, table.plan(), byKey.get(), 2);
    return found.size() == 1
        ? new CurrentRow(
            Optional.of(found.getFirst().version().locator()),
            found.getFirst().content().equals(before))
        : GONE;
  }

  /** Ends the transaction that the row was found in. */
  static void release(Connection source) {
    DatabaseErrors.run(
        "ending a transaction of the source",
        () -> {
          source.rollback();
          source.setAutoCommit(true);
        });
  }

  /** The condition of its key, by the values that it had; empty where there is no key. */
  private static Optional<String> byKey(TablePlan plan, RowContent row) {
    List<String> conditions = new ArrayList<>();
    for (String name : SetAside.keyColumns(plan)) {
      String type =
          plan.columns().stream()
              .filter(column -> column.source().equals(name))
              .findFirst()
              .orElseThrow()
              .sourceType();
      row.columns().stream()
          .filter(value -> value.column().equals(name))
          .flatMap(value -> value.text().stream())
          .forEach(
              text ->
                  conditions.add(
                      "%s = %s::%s"
                          .formatted(SqlIdentifier.quote(name), SqlLiteral.quote(text), type)));
    }
    return conditions.isEmpty() || conditions.size() < SetAside.keyColumns(plan).size()
        ? Optional.empty()
        : Optional.of(String.join(" AND ", conditions));
  }
}
