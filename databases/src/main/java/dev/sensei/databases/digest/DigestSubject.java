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
 * @param bounds the rows to read
 */
public record DigestSubject(
    TableName table, boolean only, List<String> columnsSql, ChunkBounds bounds) {
  public DigestSubject {
    columnsSql = List.copyOf(columnsSql);
  }

  /** All rows of a table itself, columns as they are. */
  public static DigestSubject ofColumns(TableName table, List<String> columns) {
    return new DigestSubject(
        table, true, columns.stream().map(SqlIdentifier::quote).toList(), ChunkBounds.WHOLE_TABLE);
  }

  /** The same over a range. */
  public DigestSubject within(ChunkBounds range) {
    return new DigestSubject(table, only, columnsSql, range);
  }

  String fromClause() {
    return (only ? "ONLY " : "") + table.quoted() + bounds.whereClause();
  }

  static String rowText(List<String> expressions) {
    return "ROW(" + String.join(", ", expressions) + ")::text";
  }
}
