package dev.sensei.agents.plan;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.rules.GuardedColumn;
import dev.sensei.databases.rules.TypeCast;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The SQL by which a source column, or an expression over a row of the source, is read as the type
 * of its target column. Both who moves rows and who compares them read by it; {@link TableReading}
 * adds the rules to it.
 */
public final class ColumnReading {
  private ColumnReading() {}

  /**
   * The value in the source, as it is there: the column itself, or its expression. A comment at the
   * expression's end ends with its line.
   */
  static String base(ColumnMapping column) {
    return column
        .expression()
        .map(sql -> sql.contains("--") ? "(" + sql + "\n)" : "(" + sql + ")")
        .orElseGet(() -> SqlIdentifier.quote(column.source()));
  }

  /** How values are read to be written: in the target's type. */
  public static String toCopy(ColumnMapping column) {
    return cast(column).toCopy(base(column));
  }

  /** How values are read to be compared: with the text that the target's values have. */
  public static String toCompare(ColumnMapping column) {
    return sameEverywhere(column.targetType(), toCopy(column))
        .orElseGet(() -> cast(column).toCompare(base(column)));
  }

  /** How values are read under the column's rules. */
  static GuardedColumn guarded(ColumnMapping column) {
    GuardedColumn guarded =
        GuardedColumn.of(column.target(), base(column), cast(column), column.rules());
    return sameEverywhere(column.targetType(), guarded.copySql())
        .map(
            compareSql ->
                new GuardedColumn(
                    guarded.copySql(), compareSql, guarded.checks(), guarded.unguarded()))
        .orElse(guarded);
  }

  private static TypeCast cast(ColumnMapping column) {
    return TypeCast.of(column.sourceType(), column.targetType());
  }

  /** The query by which a table's rows are read to be written, without a chunk's bounds. */
  public static String select(TablePlan table) {
    return "SELECT "
        + table.columns().stream().map(ColumnReading::toCopy).collect(Collectors.joining(", "))
        + " FROM ONLY "
        + table.source().quoted();
  }

  /** How the target's values are read to be compared with {@link #toCompare the source's}. */
  public static String targetToCompare(ColumnMapping column) {
    String name = SqlIdentifier.quote(column.target());
    return sameEverywhere(column.targetType(), name).orElse(name);
  }

  /** PostgreSQL 16 began to write some values of {@code "char"} otherwise; their number stays. */
  private static Optional<String> sameEverywhere(String type, String value) {
    return switch (type) {
      case "\"char\"" -> Optional.of("(" + value + "::integer)");
      case "\"char\"[]" -> Optional.of("(" + value + "::integer[])");
      default -> Optional.empty();
    };
  }
}
