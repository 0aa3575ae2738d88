package dev.sensei.databases.rules;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A regular expression of PostgreSQL that has to match a text from its beginning to its end. */
final class WholeMatch {
  private static final Pattern OPTIONS = Pattern.compile("\\A\\(\\?([a-z]+)\\)");

  /** Options that leave the syntax as it is, so that something may stand around it. */
  private static final Pattern PLAIN = Pattern.compile("[cinpstw]+");

  private WholeMatch() {}

  static String of(String regex) {
    Matcher options = OPTIONS.matcher(regex);
    String head = options.find() ? options.group() : "";
    return head + "\\A(?:" + regex.substring(head.length()) + ")\\Z";
  }

  /** Why an expression cannot be used. */
  static Optional<String> refusal(String regex) {
    Matcher options = OPTIONS.matcher(regex);
    boolean other = options.find() && !PLAIN.matcher(options.group(1)).matches();
    return regex.startsWith("***") || other
        ? Optional.of(
            "a pattern may begin with the options c, i, n, p, s, t or w in (?...), and with no"
                + " other syntax")
        : Optional.empty();
  }
}
