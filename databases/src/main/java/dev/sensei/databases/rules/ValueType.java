package dev.sensei.databases.rules;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A type as {@code format_type} writes it, taken apart: {@code numeric(10,2)[]} has the base {@code
 * numeric}, the arguments 10 and 2, and is an array. {@code timestamp(3) with time zone} has the
 * base {@code timestamp with time zone}.
 *
 * @param written the whole
 * @param base the name without arguments and brackets
 * @param first the first argument: a length, or digits
 * @param second the second: digits behind the point
 * @param array whether it is an array of the base
 */
public record ValueType(
    String written, String base, OptionalInt first, OptionalInt second, boolean array) {
  private static final Pattern ARGUMENTS = Pattern.compile("\\((\\d+)(?:,(-?\\d+))?\\)");
  static final Set<String> INTEGERS = Set.of("smallint", "integer", "bigint");
  static final Set<String> FLOATS = Set.of("real", "double precision");
  private static final Set<String> TEXTS = Set.of("text", "character varying", "character");
  private static final List<String> MOMENTS =
      List.of(
          "date",
          "timestamp without time zone",
          "timestamp with time zone",
          "time without time zone",
          "time with time zone");

  /** Takes a type apart. */
  public static ValueType of(String written) {
    boolean array = written.endsWith("[]");
    String element = array ? written.substring(0, written.length() - 2) : written;
    Matcher matcher = ARGUMENTS.matcher(element);
    if (element.contains("\"") || !matcher.find()) {
      return new ValueType(written, element, OptionalInt.empty(), OptionalInt.empty(), array);
    }
    String digits = matcher.group(2);
    return new ValueType(
        written,
        element.substring(0, matcher.start()) + element.substring(matcher.end()),
        OptionalInt.of(Integer.parseInt(matcher.group(1))),
        digits == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(digits)),
        array);
  }

  /** The type of an array's elements. */
  ValueType element() {
    return array ? of(written.substring(0, written.length() - 2)) : this;
  }

  /** {@code text}, {@code varchar} or {@code char}, with or without a length; no array. */
  public boolean isText() {
    return !array && TEXTS.contains(base);
  }

  /** {@code char}, whose values are filled up with blanks that mean nothing. */
  boolean isPadded() {
    return !array && base.equals("character");
  }

  boolean isBits() {
    return !array && (base.equals("bit") || base.equals("bit varying"));
  }

  boolean isInteger() {
    return !array && INTEGERS.contains(base);
  }

  boolean isFloat() {
    return !array && FLOATS.contains(base);
  }

  boolean isNumeric() {
    return !array && base.equals("numeric");
  }

  /** A number of any kind. */
  public boolean isNumber() {
    return isInteger() || isFloat() || isNumeric();
  }

  /** A date or a time. */
  public boolean isMoment() {
    return !array && MOMENTS.contains(base);
  }

  boolean isInterval() {
    return !array && base.equals("interval");
  }

  boolean isJson() {
    return !array && (base.equals("json") || base.equals("jsonb"));
  }

  /** Whether values have an order that a range can be of. */
  public boolean isOrdered() {
    return isNumber() || isMoment() || isInterval();
  }

  /** The same type without a length or a number of digits that would cut off or round. */
  public String unbounded() {
    String name =
        switch (base) {
          case "character" -> "bpchar";
          case "bit" -> "bit varying";
          default -> base;
        };
    return array ? name + "[]" : name;
  }

  /** The most characters that the type takes; empty where it sets no limit or is no text. */
  public OptionalInt maxLength() {
    return TEXTS.contains(base) ? first : OptionalInt.empty();
  }
}
