package dev.sensei.databases.rules;

import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.rules.CastGuard.FailsWhen;

/**
 * What {@code jsonb} does not take of what {@code json} does: the character 0, halves of a
 * surrogate pair, and numbers beyond {@code numeric}.
 */
final class JsonText {
  private static final int ASKS_SERVER = 16;

  /** An escaped character 0, and not an escaped backslash with digits behind it. */
  private static final String NUL = "(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000";

  private static final String PAIR =
      "\\\\u[dD][89abAB][0-9a-fA-F]{2}\\\\u[dD][c-fC-F][0-9a-fA-F]{2}";
  private static final String REFUSED = "\\\\u(0000|[dD][89a-fA-F])";
  private static final String STRING = "\"([^\"\\\\]|\\\\.)*\"";

  /** Numbers with an exponent of four digits or more, or with 15,000 digits. */
  private static final String HUGE = "[eE][+-]?[0-9]{4}|([0-9]{250}){60}";

  private JsonText() {}

  /** True where a JSON text, or a {@code json}, holds the character 0. */
  static String holdsNul(String value) {
    return "(position(%s IN %s::text) > 0 AND %s::text ~ %s)"
        .formatted(SqlLiteral.quote("\\u0000"), value, value, SqlLiteral.quote(NUL));
  }

  /** The text without it. */
  static String withoutNul(String value) {
    return "regexp_replace(%s::text, %s, %s, 'g')"
        .formatted(value, SqlLiteral.quote(NUL), SqlLiteral.quote("\\1"));
  }

  /** The condition of a cast from {@code json} to {@code jsonb}. */
  static CastGuard guard(int serverVersion) {
    if (serverVersion >= ASKS_SERVER) {
      return FailsWhen.of(value -> "NOT pg_input_is_valid(" + value + "::text, 'jsonb')");
    }
    return FailsWhen.of(
        value -> {
          // Without escaped backslashes every backslash begins an escape.
          String plain = "replace(%s::text, %s, '')".formatted(value, SqlLiteral.quote("\\\\"));
          String unpaired =
              "regexp_replace(%s, %s, '', 'g') ~ %s"
                  .formatted(plain, SqlLiteral.quote(PAIR), SqlLiteral.quote(REFUSED));
          String outsideStrings =
              "regexp_replace(%s, %s, '', 'g') ~ %s"
                  .formatted(plain, SqlLiteral.quote(STRING), SqlLiteral.quote(HUGE));
          return "((position(%s IN %s::text) > 0 AND %s) OR (%s::text ~ %s AND %s))"
              .formatted(
                  SqlLiteral.quote("\\u"),
                  value,
                  unpaired,
                  value,
                  SqlLiteral.quote(HUGE),
                  outsideStrings);
        });
  }
}
