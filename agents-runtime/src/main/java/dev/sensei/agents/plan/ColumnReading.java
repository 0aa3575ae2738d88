package dev.sensei.agents.plan;

import dev.sensei.databases.SqlIdentifier;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The SQL by which a source column is read as the type of its target column. Both who moves rows
 * and who compares them read by it.
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
    String name = SqlIdentifier.quote(column.source());
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
    return pads
        ? "(" + SqlIdentifier.quote(column.source()) + "::" + column.targetType() + ")"
        : toCopy(column);
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
