package dev.sensei.databases;

/** Quoting of SQL string literals, by the rules of PostgreSQL. */
public final class SqlLiteral {
  private SqlLiteral() {}

  /** A string literal, with backslashes taken as they are whatever the session says. */
  public static String quote(String text) {
    String quoted = "'" + text.replace("'", "''") + "'";
    return text.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
  }
}
