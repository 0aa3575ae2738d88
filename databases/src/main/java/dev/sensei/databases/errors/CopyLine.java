package dev.sensei.databases.errors;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The line in the context of a COPY's error, such as {@code COPY person, line 5001, column age:
 * "x"}. The word before the number is in the server's language, the name before it is anybody's,
 * and what follows quotes the row; nothing but the number is taken.
 */
final class CopyLine {
  /** A number of fewer digits than would overflow; the shortest name that one follows. */
  private static final Pattern FORM =
      Pattern.compile("^COPY .{1,63}?, [^0-9\n:\"]{0,40}([0-9]{1,18})", Pattern.MULTILINE);

  private CopyLine() {}

  /** The line, from 1; 0 where there is none. */
  static long in(String context) {
    Matcher matcher = FORM.matcher(context);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
