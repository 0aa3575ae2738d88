package dev.sensei.databases;

import java.util.regex.Pattern;

/** Quoting of SQL identifiers, by the rules of PostgreSQL. */
public final class SqlIdentifier {
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

  private SqlIdentifier() {}

  /** The identifier in double quotes, inner quotes doubled. */
  public static String quote(String identifier) {
    return "\"" + identifier.replace("\"", "\"\"") + "\"";
  }

  /** The identifier bare where lower-case letters, digits and underscores are all it has. */
  public static String quoteWhereNeeded(String identifier) {
    return PLAIN.matcher(identifier).matches() ? identifier : quote(identifier);
  }

  /** The identifier behind {@link #quote} or {@link #quoteWhereNeeded}. */
  public static String unquote(String text) {
    return text.startsWith("\"")
        ? text.substring(1, text.length() - 1).replace("\"\"", "\"")
        : text;
  }

  /** Where the identifier that starts at {@code from} ends, or -1 where none starts there. */
  static int end(String text, int from) {
    if (from >= text.length()) {
      return -1;
    }
    if (text.charAt(from) != '"') {
      int dot = text.indexOf('.', from);
      int end = dot < 0 ? text.length() : dot;
      return end == from ? -1 : end;
    }
    int at = from + 1;
    while (at < text.length()) {
      if (text.charAt(at) != '"') {
        at++;
      } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
        at += 2;
      } else {
        return at == from + 1 ? -1 : at + 1;
      }
    }
    return -1;
  }
}
