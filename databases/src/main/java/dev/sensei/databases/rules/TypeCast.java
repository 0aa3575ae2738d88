package dev.sensei.databases.rules;

/**
 * How a value of one type is read as another.
 *
 * <p>An explicit cast to {@code varchar(5)} or {@code bit(5)} cuts longer values off and says
 * nothing. So the cast here leaves the length out, and the target, which has it, refuses what does
 * not fit. Sessions that use it have to pin what conversions depend on, such as the time zone.
 *
 * @param from the type of the value
 * @param to the target column's type
 */
public record TypeCast(ValueType from, ValueType to) {
  /** A cast between types as {@code format_type} writes them. */
  public static TypeCast of(String from, String to) {
    return new TypeCast(ValueType.of(from), ValueType.of(to));
  }

  /** Whether the value stays as it is. */
  public boolean isNone() {
    return from.written().equals(to.written());
  }

  /** How a value is read to be written: in the binary form of the target's type. */
  public String toCopy(String sql) {
    if (isNone()) {
      return sql;
    }
    // The blanks at the end of a char would stand in what another type reads.
    String value = from.isPadded() && !to.isText() ? sql + "::text" : sql;
    return "(" + value + "::" + read().written() + ")";
  }

  /** How a value is read to be compared: with the text that the target's values have. */
  public String toCompare(String sql) {
    return isNone() || !pads() ? toCopy(sql) : "(" + sql + "::" + to.written() + ")";
  }

  /**
   * Whether values are equal behind the cast where they are before it, and only there, as far as
   * they can be cast. False also where nobody looked into it.
   */
  public boolean keepsEquality() {
    if (isNone()) {
      return true;
    }
    if (from.array() || to.array()) {
      return false;
    }
    if (from.isText() && to.isText()) {
      // The blanks at the end of a char are of no account, those of other texts are.
      return from.isPadded() || !to.isPadded();
    }
    if (from.isInteger()) {
      return to.isInteger() || (to.isNumeric() && to.second().orElse(0) >= 0);
    }
    return from.isNumeric()
        && to.isNumeric()
        && (to.first().isEmpty()
            || (from.first().isPresent() && to.second().orElse(0) >= from.second().orElse(0)));
  }

  /** Fixed lengths pad, and so change the text of a value that fits. */
  boolean pads() {
    return to.isPadded() && !isNone();
  }

  /** The type that values are read as: the target's, without a length that would cut them. */
  ValueType read() {
    if (isNone() || to.first().isEmpty()) {
      return to;
    }
    String brackets = to.array() ? "[]" : "";
    return switch (to.base()) {
      case "character varying", "character" -> ValueType.of("character varying" + brackets);
      case "bit varying", "bit" -> ValueType.of("bit varying" + brackets);
      default -> to;
    };
  }
}
