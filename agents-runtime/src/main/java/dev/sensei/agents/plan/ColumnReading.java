package dev.sensei.agents.plan;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.rules.GuardedColumn;
import dev.sensei.databases.rules.TypeCast;

/**
 * The SQL by which a source column is read as the type of its target column. Both who moves rows
 * and who compares them read by it; {@link TableReading} adds the rules to it.
 */
public final class ColumnReading {
  private ColumnReading() {}

  /** The value in the source, as it is there. */
  static String base(ColumnMapping column) {
    return SqlIdentifier.quote(column.source());
  }

  /** How values are read to be written: in the binary form of the target's type. */
  public static String toCopy(ColumnMapping column) {
    return cast(column).toCopy(base(column));
  }

  /** How values are read to be compared: with the text that the target's values have. */
  public static String toCompare(ColumnMapping column) {
    return cast(column).toCompare(base(column));
  }

  /** How values are read under the column's rules. */
  static GuardedColumn guarded(ColumnMapping column) {
    return GuardedColumn.of(column.target(), base(column), cast(column), column.rules());
  }

  private static TypeCast cast(ColumnMapping column) {
    return TypeCast.of(column.sourceType(), column.targetType());
  }
}
