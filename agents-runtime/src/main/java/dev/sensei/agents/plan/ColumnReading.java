package dev.sensei.agents.plan;

import dev.sensei.databases.SqlIdentifier;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The SQL by which a source column, or an expression over a row of the source, is read as the type
 * of its target column. Both who moves rows and who compares them read by it.
 *
 * <p>An explicit cast to {@code varchar(5)} or {@code bit(5)} cuts longer values off and says
 * nothing. So the cast here leaves the length out, and the target, which has it, refuses what does
 * not fit. Sessions that use it have to pin what conversions depend on, such as the time zone.
 */
public final class ColumnReading {
  private static final Pattern CUTTING =
      Pattern.compile("(character varying|character|bit varying|bit)\\((\\d+)\\)((?:\\[\\])*)");

  private ColumnReading() {}

  /** How values are read to be written: in the binary form of the target's type. */
  public static String toCopy(ColumnMapping column) {
    String name = value(column);
    if (column.sourceType().equals(column.targetType())) {
      return name;
    }
    Matcher cutting = CUTTING.matcher(column.targetType());
    return cutting.matches()
        ? "(" + name + "::" + unbounded(cutting.group(1)) + cutting.group(3) + ")"
        : "(" + name + "::" + column.targetType() + ")";
  }

  /** How values are read to be compared: with the text that the target's values have. */
  public static String toCompare(ColumnMapping column) {
    Optional<String> sameEverywhere = sameEverywhere(column.targetType(), toCopy(column));
    if (sameEverywhere.isPresent()) {
      return sameEverywhere.get();
    }
    // Only fixed lengths pad, and so change the text of a value that fits.
    boolean pads =
        column.targetType().startsWith("character(")
            && !column.sourceType().equals(column.targetType());
    return pads ? "(" + value(column) + "::" + column.targetType() + ")" : toCopy(column);
  }

  /** The query by which a table's rows are read to be written, without a chunk's bounds. */
  public static String select(TablePlan table) {
    return "SELECT "
        + table.columns().stream().map(ColumnReading::toCopy).collect(Collectors.joining(", "))
        + " FROM ONLY "
        + table.source().quoted();
  }

  /** The column itself, or its expression; a comment at the expression's end ends with its line. */
  private static String value(ColumnMapping column) {
    return column
        .expression()
        .map(sql -> sql.contains("--") ? "(" + sql + "\n)" : "(" + sql + ")")
        .orElseGet(() -> SqlIdentifier.quote(column.source()));
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

  private static String unbounded(String type) {
    return type.startsWith("bit") ? "bit varying" : "character varying";
  }
}
