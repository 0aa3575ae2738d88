package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.copy.CancelSignal;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.copy.RowMemory;
import dev.sensei.databases.copy.RowVersion;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.databases.ledger.ErrorQueue;
import dev.sensei.databases.ledger.KnownFaults.KnownFault;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.queue.QueueKeyException;
import dev.sensei.databases.queue.QueueKeys;
import dev.sensei.databases.queue.RowCipher;
import dev.sensei.databases.queue.RowContent;
import dev.sensei.schemas.common.FailureClass;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts rows at fault into the error queue: as the source has them, encrypted. */
final class SetAside {
  private static final int ROWS_AT_ONCE = 500;

  /** Text of rows that are held at once, in bytes; a wider row goes alone. */
  private static final long PIECE_BYTES = 4L << 20;

  /** How often a row is held: as text, as JSON, encrypted, and as it is sent. */
  private static final int COPIES = 5;

  /** How many rows the source sends at once: they may be wide. */
  private static final int FETCHED = 10;

  private final QueueKeys keys;
  private final RowMemory memory = RowMemory.ofThisProcess();

  SetAside(QueueKeys keys) {
    this.keys = keys;
  }

  /**
   * What encrypts a migration's rows.
   *
   * @throws TaskFailure where its key cannot be had
   */
  RowCipher cipher(TableTask table) throws TaskFailure {
    try {
      return keys.cipher(table.approved().migration().errorKey());
    } catch (QueueKeyException missing) {
      throw new TaskFailure(
          FailureClass.CONFIGURATION, "NO_ERROR_KEY", String.valueOf(missing.getMessage()));
    }
  }

  /**
   * A row to be set aside.
   *
   * @param fault where it stands, and why
   * @param remedy the rule that left it out; empty where it waits for a person
   */
  record Row(RowFault fault, Optional<String> remedy) {
    static Row open(RowFault fault) {
      return new Row(fault, Optional.empty());
    }

    static Row known(KnownFault known) {
      return new Row(
          new RowFault(
              known.locator(),
              new ErrorFields(
                  known.sqlState(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(known.rule()),
                  Optional.empty())),
          Optional.of(known.remedy()).filter(name -> !name.isEmpty()));
    }
  }

  /**
   * Reads the rows from the source and puts them into the queue, in the target's transaction: as
   * many at once as are not wide, or one, which waits for its room as in a copy.
   *
   * @throws dev.sensei.databases.copy.CopyCancelled where the signal asked to stop
   */
  void put(
      Connection source,
      Connection target,
      TableTask table,
      int chunk,
      List<Row> faults,
      RowCipher cipher,
      CancelSignal cancel) {
    for (int from = 0; from < faults.size(); from += ROWS_AT_ONCE) {
      List<Row> some = faults.subList(from, Math.min(from + ROWS_AT_ONCE, faults.size()));
      Map<RowLocator, Long> widths = widths(source, table.plan(), some);
      List<Row> piece = new ArrayList<>();
      long bytes = 0;
      for (Row row : some) {
        long width = found(widths.get(row.fault().locator()));
        if (!piece.isEmpty() && bytes + width > PIECE_BYTES) {
          put(source, target, table, chunk, piece, bytes, cipher, cancel);
          piece.clear();
          bytes = 0;
        }
        piece.add(row);
        bytes += width;
      }
      put(source, target, table, chunk, piece, bytes, cipher, cancel);
    }
  }

  private static <T> T found(@Nullable T row) {
    if (row == null) {
      throw new IllegalStateException("a row was read and is not there any more");
    }
    return row;
  }

  private void put(
      Connection source,
      Connection target,
      TableTask table,
      int chunk,
      List<Row> some,
      long bytes,
      RowCipher cipher,
      CancelSignal cancel) {
    try (RowMemory.Account account = memory.open()) {
      if (bytes > PIECE_BYTES) {
        account.take(COPIES * bytes, cancel);
      }
      List<ErrorQueue.Entry> entries = sealed(source, table, some, cipher);
      int index = table.plan().index();
      DatabaseErrors.run(
          "putting rows of %s into the error queue".formatted(table.table()),
          () -> {
            if (chunk == QueuedRow.WITHDRAWN) {
              ErrorQueue.withdraw(target, table.key(), index, table.epoch(), entries);
            } else {
              ErrorQueue.put(target, table.key(), index, table.epoch(), chunk, entries);
            }
          });
    }
  }

  /** A row of the source as it would be put into the queue. */
  ErrorQueue.Entry entry(Connection source, TableTask table, RowFault fault, RowCipher cipher) {
    return sealed(source, table, List.of(Row.open(fault)), cipher).getFirst();
  }

  private static List<ErrorQueue.Entry> sealed(
      Connection source, TableTask table, List<Row> some, RowCipher cipher) {
    Map<RowLocator, SourceRow> contents = new HashMap<>();
    contents(source, table.plan(), places(some), some.size())
        .forEach(row -> contents.put(row.version().locator(), row));
    List<ErrorQueue.Entry> entries = new ArrayList<>();
    for (Row row : some) {
      RowFault fault = row.fault();
      SourceRow found = found(contents.get(fault.locator()));
      entries.add(
          new ErrorQueue.Entry(
              fault,
              found.version().xmin(),
              cipher.hash(found.content().keyText(keyColumns(table.plan()))),
              cipher.keyId(),
              ByteBuffer.wrap(
                  cipher.seal(
                      found.content().bytes(),
                      QueuedRow.context(table.key(), table.epoch(), fault))),
              row.remedy().isPresent() ? QueuedRow.State.LEFT_OUT : QueuedRow.State.OPEN));
    }
    return entries;
  }

  private static String places(List<Row> rows) {
    return RowLocator.in(rows.stream().map(row -> row.fault().locator()).toList());
  }

  /** How many bytes the text of each row has. */
  private static Map<RowLocator, Long> widths(Connection source, TablePlan plan, List<Row> rows) {
    return DatabaseErrors.call(
        "asking how wide rows of %s are".formatted(plan.source()),
        () -> {
          Map<RowLocator, Long> widths = new HashMap<>();
          try (Statement statement = source.createStatement();
              ResultSet row =
                  statement.executeQuery(
                      "SELECT ctid::text, pg_catalog.octet_length((whole_row.*)::text) FROM ONLY %s AS whole_row WHERE %s"
                          .formatted(plan.source().quoted(), places(rows)))) {
            while (row.next()) {
              widths.put(RowLocator.parse(row.getString(1)), row.getLong(2));
            }
          }
          return widths;
        });
  }

  /**
   * The source's columns that the primary key's values are; none where there is no key, or where a
   * value of it is computed.
   */
  static List<String> keyColumns(TablePlan plan) {
    List<String> key =
        plan.definition().primaryKey().stream()
            .flatMap(primary -> primary.columns().stream())
            .toList();
    List<String> columns =
        key.stream()
            .flatMap(name -> plan.columns().stream().filter(column -> column.target().equals(name)))
            .filter(column -> column.expression().isEmpty())
            .map(ColumnMapping::source)
            .toList();
    return columns.size() == key.size() ? columns : List.of();
  }

  /** A row of the source, with the text of every value. */
  record SourceRow(RowVersion version, RowContent content) {}

  /**
   * Rows of the source.
   *
   * @param condition which, in SQL
   * @param most how many at most; any of them where there are more
   */
  static List<SourceRow> contents(Connection source, TablePlan plan, String condition, int most) {
    return DatabaseErrors.call(
        "reading rows of " + plan.source(),
        () -> {
          List<SourceRow> contents = new ArrayList<>();
          try (Statement statement = source.createStatement()) {
            statement.setFetchSize(FETCHED);
            try (ResultSet row =
                statement.executeQuery(
                    "SELECT %s, * FROM ONLY %s WHERE %s LIMIT %d"
                        .formatted(RowVersion.SQL, plan.source().quoted(), condition, most))) {
              while (row.next()) {
                contents.add(
                    new SourceRow(
                        RowVersion.parse(row.getString(1), row.getString(2)), content(row)));
              }
            }
          }
          return contents;
        });
  }

  private static RowContent content(ResultSet row) throws SQLException {
    List<RowContent.Value> values = new ArrayList<>();
    for (int column = 3; column <= row.getMetaData().getColumnCount(); column++) {
      values.add(
          new RowContent.Value(
              row.getMetaData().getColumnName(column), Optional.ofNullable(row.getString(column))));
    }
    return new RowContent(values);
  }
}
