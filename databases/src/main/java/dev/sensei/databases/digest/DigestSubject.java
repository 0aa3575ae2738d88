package dev.sensei.databases.digest;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.ChunkBounds;
import java.util.List;

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
 */
public record DigestSubject(
    TableName table, boolean only, List<String> columnsSql, ChunkBounds bounds, Writer writer) {
  /** Bits of a transaction's number that rows carry. */
  private static final long ROW_BITS = 0xFFFF_FFFFL;

  public DigestSubject {
    columnsSql = List.copyOf(columnsSql);
  }

  /** Rows of a range, whoever wrote them. */
  public DigestSubject(TableName table, boolean only, List<String> columnsSql, ChunkBounds bounds) {
    this(table, only, columnsSql, bounds, new Writer.Anyone());
  }

  /** Whose rows a digest is about. */
  public sealed interface Writer {
    /** All rows. */
    record Anyone() implements Writer {}

    /** Those that a transaction wrote and nobody changed, by its 64-bit number. */
    record Transaction(long number) implements Writer {}

    /** All but those that a transaction wrote, by its 64-bit number. */
    record Others(long number) implements Writer {}
  }

  /** All rows of a table itself, columns as they are. */
  public static DigestSubject ofColumns(TableName table, List<String> columns) {
    return new DigestSubject(
        table, true, columns.stream().map(SqlIdentifier::quote).toList(), ChunkBounds.WHOLE_TABLE);
  }

  /** The same over a range. */
  public DigestSubject within(ChunkBounds range) {
    return new DigestSubject(table, only, columnsSql, range, writer);
  }

  /** The rows of one writer among the same. */
  public DigestSubject by(Writer one) {
    return new DigestSubject(table, only, columnsSql, bounds, one);
  }

  String fromClause() {
    String range = bounds.whereClause();
    String rows =
        switch (writer) {
          case Writer.Anyone anyone -> "";
          case Writer.Transaction(long number) -> writtenBy(number);
          case Writer.Others(long number) -> "NOT (" + writtenBy(number) + ")";
        };
    return (only ? "ONLY " : "")
        + table.quoted()
        + range
        + (rows.isEmpty() ? "" : (range.isEmpty() ? " WHERE " : " AND ") + rows);
  }

  /**
   * The condition that a row was written by a transaction, and not changed since.
   *
   * @param transaction its 64-bit number; rows carry the lower half of it
   */
  public static String writtenBy(long transaction) {
    return "xmin = '" + (transaction & ROW_BITS) + "'::pg_catalog.xid";
  }

  static String rowText(List<String> expressions) {
    return "ROW(" + String.join(", ", expressions) + ")::text";
  }
}
