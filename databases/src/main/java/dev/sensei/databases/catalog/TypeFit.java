package dev.sensei.databases.catalog;

import dev.sensei.databases.catalog.ColumnCompatibility.Level;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How values of one type fit another, both as {@code format_type} writes them.
 *
 * @param sameBinaryForm whether binary COPY of the one can be read as the other
 */
record TypeFit(Level level, String reason, boolean sameBinaryForm) {
  private static final Pattern WRITTEN =
      Pattern.compile("([^(\\[]*?) ?(?:\\(([0-9]+)(?:,(-?[0-9]+))?\\))?([^(\\[]*)((?:\\[])*)");
  private static final int UNBOUNDED = Integer.MAX_VALUE;

  /** Digits that always survive; for binary fractions, the bits of an integer that do. */
  private static final List<String> INTEGERS = List.of("smallint", "integer", "bigint");

  private static final int[] INTEGER_DIGITS = {5, 10, 19};
  private static final Set<String> TEXTS = Set.of("text", "character varying", "character");
  private static final Set<String> EXACT_OR_BINARY =
      Set.of("smallint", "integer", "bigint", "numeric", "real", "double precision");
  private static final Set<String> MOMENTS =
      Set.of("date", "timestamp without time zone", "timestamp with time zone");
  private static final int MOMENT_DIGITS = 6;

  /** A type taken apart: {@code numeric(10,2)[]} is numeric, 10, 2, array. */
  private record Type(String base, int first, int second, boolean array) {
    static Type of(String text) {
      Matcher parts = WRITTEN.matcher(text);
      if (text.contains("\"") || !parts.matches()) {
        return new Type(text, UNBOUNDED, 0, false);
      }
      String first = parts.group(2);
      String second = parts.group(3);
      return new Type(
          parts.group(1) + parts.group(4),
          first == null ? UNBOUNDED : Integer.parseInt(first),
          second == null ? 0 : Integer.parseInt(second),
          !parts.group(5).isEmpty());
    }

    /** The length of a text; a bare {@code character} is one long. */
    int length() {
      return base.equals("text") ? UNBOUNDED : first;
    }

    int fractionDigits() {
      return base.equals("date") ? 0 : Math.min(first, MOMENT_DIGITS);
    }
  }

  static TypeFit of(String source, String target) {
    if (source.equals(target)) {
      return new TypeFit(Level.IDENTICAL, "", true);
    }
    Type from = Type.of(source);
    Type to = Type.of(target);
    String change = source + " becomes " + target;
    if (from.array() != to.array()) {
      return !from.array() || !isUnboundedText(to)
          ? new TypeFit(Level.INCOMPATIBLE, change, false)
          : new TypeFit(Level.WIDENING, change, false);
    }
    Level level = level(from, to);
    boolean sameForm =
        level != Level.INCOMPATIBLE
            && (from.base().equals(to.base())
                || (TEXTS.contains(from.base()) && TEXTS.contains(to.base())))
            // A cast cuts a value to what fits; binary COPY would refuse or round it.
            && level == Level.WIDENING
            && !(from.base().equals("character") && !to.base().equals("character"));
    return new TypeFit(level, change, sameForm);
  }

  private static Level level(Type from, Type to) {
    if (TEXTS.contains(from.base()) && TEXTS.contains(to.base())) {
      boolean pads = to.base().equals("character");
      return !pads && from.length() <= to.length() ? Level.WIDENING : Level.NARROWING;
    }
    if (EXACT_OR_BINARY.contains(from.base()) && EXACT_OR_BINARY.contains(to.base())) {
      return numbers(from, to) ? Level.WIDENING : Level.NARROWING;
    }
    if (MOMENTS.contains(from.base()) && MOMENTS.contains(to.base())) {
      // Between with and without a zone the session's zone decides; that is no widening.
      boolean zones =
          from.base().equals("timestamp with time zone")
              == to.base().equals("timestamp with time zone");
      boolean keepsTime = from.base().equals("date") || !to.base().equals("date");
      return zones && keepsTime && from.fractionDigits() <= to.fractionDigits()
          ? Level.WIDENING
          : Level.NARROWING;
    }
    if (from.base().equals(to.base())) {
      return from.first() <= to.first() ? Level.WIDENING : Level.NARROWING;
    }
    if (from.base().equals("jsonb") && to.base().equals("json")) {
      return Level.WIDENING;
    }
    if (from.base().equals("json") && to.base().equals("jsonb")) {
      return Level.NARROWING;
    }
    if (from.base().equals("cidr") && to.base().equals("inet")) {
      return Level.WIDENING;
    }
    if (from.base().equals("bit") && to.base().equals("bit varying")) {
      return from.first() <= to.first() ? Level.WIDENING : Level.NARROWING;
    }
    if (isUnboundedText(to)) {
      return Level.WIDENING;
    }
    return TEXTS.contains(from.base()) ? Level.NARROWING : Level.INCOMPATIBLE;
  }

  /** Whether every number of the one is exactly one of the other. */
  private static boolean numbers(Type from, Type to) {
    int integer = INTEGERS.indexOf(from.base());
    if (integer >= 0) {
      int wider = INTEGERS.indexOf(to.base());
      return switch (to.base()) {
        case "numeric" ->
            to.first() == UNBOUNDED || to.first() - to.second() >= INTEGER_DIGITS[integer];
        case "double precision" -> integer <= 1;
        case "real" -> integer == 0;
        default -> wider >= integer;
      };
    }
    if (from.base().equals("numeric")) {
      return to.base().equals("numeric")
          && (to.first() == UNBOUNDED
              || (from.first() != UNBOUNDED
                  && to.second() >= from.second()
                  && to.first() - to.second() >= from.first() - from.second()));
    }
    return from.base().equals("real") && to.base().equals("double precision");
  }

  private static boolean isUnboundedText(Type type) {
    return type.base().equals("text")
        || (type.base().equals("character varying") && type.first() == UNBOUNDED);
  }
}
