package dev.sensei.databases.rules;

import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.rules.CastGuard.FailsWhen;
import dev.sensei.databases.rules.CastGuard.NeverFails;
import dev.sensei.databases.rules.CastGuard.Unknown;

/**
 * Casts of texts. From PostgreSQL 16 on the server is asked whether it takes a text; before, a
 * regular expression tells for the types that it can tell for.
 */
final class TextGuards {
  /** Since then there is {@code pg_input_is_valid}. */
  private static final int ASKS_SERVER = 16;

  /** What the server takes for white space. */
  private static final String BLANK = "[ \\t\\n\\v\\f\\r]*";

  private static final int LONGEST_NUMBER = 1_000;
  private static final String INTEGER = whole("[+-]?[0-9]+");
  private static final String DECIMAL =
      whole("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?");
  private static final String NOT_A_NUMBER = whole("[nN][aA][nN]");
  private static final String INFINITE = whole("[+-]?[iI][nN][fF]([iI][nN][iI][tT][yY])?");
  private static final String BOOLEAN =
      whole("(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|1|0)");
  private static final String HEX = "[0-9a-fA-F]{4}(-?[0-9a-fA-F]{4}){7}";
  private static final String UUID = "\\A(" + HEX + "|\\{" + HEX + "\\})\\Z";

  /** A day that there is, the 29th of February in leap years alone, as ISO 8601 writes it. */
  private static final String DAY =
      "(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
          + "|02-(0[1-9]|1[0-9]|2[0-8]))"
          + "|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)";

  private static final String TIME = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)?";
  private static final String ZONE = "(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)?";
  private static final String MOMENT = whole("(" + DAY + "([ T]" + TIME + ZONE + ")?|-?infinity)");

  /** Words that are another moment whenever they are read. */
  private static final String RELATIVE = "now|today|tomorrow|yesterday";

  private TextGuards() {}

  private static String whole(String form) {
    return "\\A" + BLANK + "(" + form + ")" + BLANK + "\\Z";
  }

  /**
   * The condition of a cast from a text.
   *
   * @param to the target's type
   * @param read the type that is cast to, without a length
   */
  static CastGuard of(ValueType to, ValueType read, int serverVersion) {
    if (serverVersion >= ASKS_SERVER) {
      String type = SqlLiteral.quote(read.written());
      String bare = SqlLiteral.quote(read.base() + (read.array() ? "[]" : ""));
      return FailsWhen.of(
          value -> {
            String refused = "NOT pg_input_is_valid(" + text(value) + ", " + type + ")";
            if (!bare.equals(type)) {
              // A cast reads the whole, and brings it to the length then.
              refused =
                  "(NOT pg_input_is_valid(%s, %s) OR %s)".formatted(text(value), bare, refused);
            }
            return to.isMoment()
                ? "(%s OR lower(%s COLLATE \"C\") ~ '%s')".formatted(refused, text(value), RELATIVE)
                : refused;
          });
    }
    if (to.isNumber()) {
      return number(to, serverVersion);
    }
    return switch (to.array() ? to.written() : to.base()) {
      case "boolean" ->
          FailsWhen.of(
              value ->
                  "lower(%s COLLATE \"C\") !~ %s"
                      .formatted(text(value), SqlLiteral.quote(BOOLEAN)));
      case "uuid" -> unlike(UUID);
      case "date", "timestamp without time zone", "timestamp with time zone" -> unlike(MOMENT);
      case "time without time zone" -> unlike(whole(TIME));
      default -> new Unknown();
    };
  }

  private static CastGuard unlike(String form) {
    return FailsWhen.of(value -> like(value, form, " !~ "));
  }

  private static String like(String value, String form, String operator) {
    return text(value) + " COLLATE \"C\"" + operator + SqlLiteral.quote(form);
  }

  /** Blanks at the end of a {@code char} go. */
  private static String text(String value) {
    return value + "::text";
  }

  private static CastGuard number(ValueType to, int serverVersion) {
    CastGuard inRange = NumberGuards.of(ValueType.of("numeric"), to, serverVersion);
    boolean infinity =
        to.isFloat()
            || (to.isNumeric()
                && to.first().isEmpty()
                && serverVersion >= NumberGuards.NUMERIC_INFINITY);
    return FailsWhen.of(
        value -> {
          String number = text(value) + "::numeric";
          String outOfRange =
              switch (inRange) {
                case NeverFails never -> "false";
                case FailsWhen fails -> fails.condition().apply("(" + number + ")");
                case Unknown unknown -> throw new IllegalStateException("every number is known");
              };
          StringBuilder sql = new StringBuilder("CASE WHEN ").append(value).append(" IS NULL");
          if (!to.isInteger()) {
            sql.append(" OR ").append(like(value, NOT_A_NUMBER, " ~ "));
          }
          if (infinity) {
            sql.append(" OR ").append(like(value, INFINITE, " ~ "));
          }
          return sql.append(" THEN false WHEN char_length(")
              .append(text(value))
              .append(") <= ")
              .append(LONGEST_NUMBER)
              .append(" AND ")
              .append(like(value, to.isInteger() ? INTEGER : DECIMAL, " ~ "))
              .append(" THEN ")
              .append(outOfRange)
              .append(" ELSE true END")
              .toString();
        });
  }
}
