package dev.sensei.databases.digest;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.RowVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What to digest on one side.
 *
 * @param table the table
 * @param only whether partitions and children are left out, being subjects of their own
 * @param columnsSql SQL expressions over a row, in the plan's order, which is the same on both
 *     sides: on the source with the approved transformation applied, on the target the columns.
 *     Trusted: they come from an approved plan
 * @param bounds the range to read
 * @param writer whose rows to read
 * @param except rows that are left out
 */
public record DigestSubject(
    TableName table,
    boolean only,
    List<String> columnsSql,
    ChunkBounds bounds,
    Writer writer,
    List<RowVersion> except) {
  /** Bits of a transaction's number that rows carry. */
  private static final long ROW_BITS = 0xFFFF_FFFFL;

  public DigestSubject {
    columnsSql = List.copyOf(columnsSql);
    except = List.copyOf(except);
  }

  /** Rows of a range, whoever wrote them. */
  public DigestSubject(TableName table, boolean only, List<String> columnsSql, ChunkBounds bounds) {
    this(table, only, columnsSql, bounds, new Writer.Anyone(), List.of());
  }

  /** Whose rows a digest is about. */
  public sealed interface Writer {
    /** All rows. */
    record Anyone() implements Writer {}

    /** Those that a transaction wrote and nobody changed, by its 64-bit number. */
    record Transaction(long number) implements Writer {}

    /** All but those that a transaction wrote, by its 64-bit number. */
    record Others(long number) implements Writer {}

    /** All but those that any of these transactions wrote, by their 64-bit numbers. */
    record NoneOf(List<Long> numbers) implements Writer {
      public NoneOf {
        numbers = List.copyOf(numbers);
      }
    }
  }

  /** All rows of a table itself, columns as they are. */
  public static DigestSubject ofColumns(TableName table, List<String> columns) {
    return new DigestSubject(
        table, true, columns.stream().map(SqlIdentifier::quote).toList(), ChunkBounds.WHOLE_TABLE);
  }

  /** The same over a range. */
  public DigestSubject within(ChunkBounds range) {
    return new DigestSubject(table, only, columnsSql, range, writer, except);
  }

  /** The rows of one writer among the same. */
  public DigestSubject by(Writer one) {
    return new DigestSubject(table, only, columnsSql, bounds, one, except);
  }

  /** The same but for some rows. */
  public DigestSubject without(List<RowVersion> rows) {
    return new DigestSubject(table, only, columnsSql, bounds, writer, rows);
  }

  String fromClause() {
    List<String> conditions = new ArrayList<>();
    switch (writer) {
      case Writer.Anyone anyone -> {}
      case Writer.Transaction(long number) -> conditions.add(writtenBy(number));
      case Writer.Others(long number) -> conditions.add(notWrittenBy(number));
      case Writer.NoneOf(List<Long> numbers) ->
          conditions.add(
              numbers.stream()
                  .map(number -> Long.toString(number & ROW_BITS))
                  .collect(
                      Collectors.joining(",", "NOT (xmin = ANY ('{", "}'::pg_catalog.xid[]))")));
    }
    if (!except.isEmpty()) {
      conditions.add("NOT (" + RowVersion.in(except) + ")");
    }
    String range = bounds.whereClause();
    return (only ? "ONLY " : "")
        + table.quoted()
        + range
        + (conditions.isEmpty()
            ? ""
            : (range.isEmpty() ? " WHERE " : " AND ") + String.join(" AND ", conditions));
  }

  /**
   * The condition that a row was written by a transaction, and not changed since.
   *
   * @param transaction its 64-bit number; rows carry the lower half of it
   */
  public static String writtenBy(long transaction) {
    return "xmin = '" + (transaction & ROW_BITS) + "'::pg_catalog.xid";
  }

  private static String notWrittenBy(long transaction) {
    return "NOT (" + writtenBy(transaction) + ")";
  }

  static String rowText(List<String> expressions) {
    return "ROW(" + String.join(", ", expressions) + ")::text";
  }
}
