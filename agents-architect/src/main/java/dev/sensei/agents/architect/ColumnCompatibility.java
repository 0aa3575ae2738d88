package dev.sensei.agents.architect;

import java.util.List;
import java.util.Set;

/**
 * How well values of one type go into another, by the names that {@code format_type} gives.
 *
 * <p>The confidences stand in three bands, as approval knows them: 1 needs no look, 0.80 to 0.95 is
 * flagged, below 0.80 a person has to agree to each.
 *
 * @param confidence 0 to 1; 0 where no cast is known
 * @param note why it is below 1; empty where it is not
 */
record ColumnCompatibility(double confidence, String note) {
  static final ColumnCompatibility IDENTICAL = new ColumnCompatibility(1, "");

  private static final double WIDER = 0.90;
  private static final double SAME_VALUE_OTHER_FORM = 0.85;
  private static final double MAY_FAIL = 0.60;
  private static final double BY_TEXT = 0.40;

  private static final int UNLIMITED = Integer.MAX_VALUE;
  private static final int FULL_PRECISION = 6;
  private static final List<String> INTEGERS = List.of("smallint", "integer", "bigint");
  private static final List<Integer> INTEGER_DIGITS = List.of(5, 10, 19);
  private static final List<String> FLOATS = List.of("real", "double precision");
  private static final Set<String> NUMBERS =
      Set.of("smallint", "integer", "bigint", "numeric", "real", "double precision");
  private static final Set<String> TEXTS =
      Set.of("text", "character varying", "character", "name", "citext");
  private static final Set<String> MOMENTS =
      Set.of("date", "timestamp without time zone", "timestamp with time zone");

  /** Whether values can be copied at all, if need be by a cast. */
  boolean copyable() {
    return confidence > 0;
  }

  /** The less sure of both, with both notes. */
  ColumnCompatibility and(ColumnCompatibility other) {
    if (other.note.isEmpty()) {
      return this;
    }
    return new ColumnCompatibility(
        Math.min(confidence, other.confidence),
        note.isEmpty() ? other.note : note + "; " + other.note);
  }

  /** Judges a copy from a column of the type {@code source} to one of the type {@code target}. */
  static ColumnCompatibility of(String source, String target) {
    if (source.equals(target)) {
      return IDENTICAL;
    }
    SqlType from = SqlType.parse(source);
    SqlType to = SqlType.parse(target);
    if (from.array() != to.array()) {
      return isUnboundedText(to)
          ? judged(MAY_FAIL, "an array becomes its text")
          : judged(0, "no cast from " + source + " to " + target);
    }
    if (NUMBERS.contains(from.base()) && NUMBERS.contains(to.base())) {
      return numbers(from, to);
    }
    if (TEXTS.contains(from.base()) && TEXTS.contains(to.base())) {
      return texts(from, to);
    }
    if (MOMENTS.contains(from.base()) && MOMENTS.contains(to.base())) {
      return moments(from, to);
    }
    return others(from, to, source, target);
  }

  private static ColumnCompatibility numbers(SqlType from, SqlType to) {
    int fromInteger = INTEGERS.indexOf(from.base());
    int toInteger = INTEGERS.indexOf(to.base());
    if (fromInteger >= 0 && toInteger >= 0) {
      return toInteger > fromInteger ? wider(from, to) : narrower(from, to);
    }
    if (fromInteger >= 0 && to.base().equals("numeric")) {
      int digits = to.first(UNLIMITED) - (to.arguments().isEmpty() ? 0 : to.second(0));
      return digits >= INTEGER_DIGITS.get(fromInteger) ? wider(from, to) : narrower(from, to);
    }
    if (from.base().equals("numeric") && to.base().equals("numeric")) {
      return numerics(from, to);
    }
    int fromFloat = FLOATS.indexOf(from.base());
    int toFloat = FLOATS.indexOf(to.base());
    if (fromFloat >= 0 && toFloat > fromFloat) {
      return wider(from, to);
    }
    boolean exactInDouble =
        to.base().equals("double precision") && fromInteger >= 0 && fromInteger < 2;
    return exactInDouble ? wider(from, to) : narrower(from, to);
  }

  private static ColumnCompatibility numerics(SqlType from, SqlType to) {
    if (to.arguments().isEmpty()) {
      return wider(from, to);
    }
    if (from.arguments().isEmpty()) {
      return narrower(from, to);
    }
    boolean wholeFits = (long) to.first(0) - to.second(0) >= (long) from.first(0) - from.second(0);
    return wholeFits && to.second(0) >= from.second(0) ? wider(from, to) : narrower(from, to);
  }

  private static ColumnCompatibility texts(SqlType from, SqlType to) {
    boolean padded = from.base().equals("character") || to.base().equals("character");
    if (length(to) < length(from)) {
      return narrower(from, to);
    }
    return padded && !from.base().equals(to.base())
        ? judged(SAME_VALUE_OTHER_FORM, "blanks at the end of a value may come or go")
        : wider(from, to);
  }

  private static int length(SqlType text) {
    return switch (text.base()) {
      case "character" -> text.first(1);
      case "name" -> 63;
      default -> text.first(UNLIMITED);
    };
  }

  private static ColumnCompatibility moments(SqlType from, SqlType to) {
    if (from.base().equals(to.base())) {
      return to.first(FULL_PRECISION) >= from.first(FULL_PRECISION)
          ? wider(from, to)
          : narrower(from, to);
    }
    if (from.base().equals("date") && to.base().equals("timestamp without time zone")) {
      return wider(from, to);
    }
    return judged(MAY_FAIL, "the value depends on the session's time zone, or loses a part");
  }

  private static ColumnCompatibility others(
      SqlType from, SqlType to, String source, String target) {
    if (from.base().equals(to.base())) {
      return to.first(UNLIMITED) >= from.first(UNLIMITED) ? wider(from, to) : narrower(from, to);
    }
    if (from.base().equals("json") && to.base().equals("jsonb")) {
      return judged(
          SAME_VALUE_OTHER_FORM, "jsonb keeps neither white space, key order nor doubled keys");
    }
    if (from.base().equals("jsonb") && to.base().equals("json")) {
      return judged(SAME_VALUE_OTHER_FORM, "json holds the text of the value");
    }
    if (from.base().equals("inet") && to.base().equals("cidr")) {
      return judged(MAY_FAIL, "a network must have no bits set to the right of its mask");
    }
    if (from.base().equals("cidr") && to.base().equals("inet")) {
      return wider(from, to);
    }
    if (isUnboundedText(to)) {
      return judged(SAME_VALUE_OTHER_FORM, "values become their text");
    }
    if (TEXTS.contains(to.base())) {
      return judged(MAY_FAIL, "values become their text, which may be too long");
    }
    if (TEXTS.contains(from.base())) {
      return judged(BY_TEXT, "text is read as " + target + " and fails where it is none");
    }
    return judged(0, "no cast from " + source + " to " + target);
  }

  private static boolean isUnboundedText(SqlType type) {
    return !type.array()
        && (type.base().equals("text")
            || (type.base().equals("character varying") && type.arguments().isEmpty()));
  }

  private static ColumnCompatibility wider(SqlType from, SqlType to) {
    return judged(WIDER, shown(to) + " holds every value of " + shown(from));
  }

  private static ColumnCompatibility narrower(SqlType from, SqlType to) {
    return judged(
        MAY_FAIL, shown(to) + " does not hold every value of " + shown(from) + " unchanged");
  }

  private static ColumnCompatibility judged(double confidence, String note) {
    return new ColumnCompatibility(confidence, note);
  }

  private static String shown(SqlType type) {
    String arguments =
        type.arguments().isEmpty()
            ? ""
            : type.arguments().toString().replace('[', '(').replace(']', ')').replace(" ", "");
    return type.base() + arguments + (type.array() ? "[]" : "");
  }
}
