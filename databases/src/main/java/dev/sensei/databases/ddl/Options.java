package dev.sensei.databases.ddl;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.SqlLiteral;
import java.util.List;
import java.util.regex.Pattern;

/** Storage options and literals as SQL writes them. */
final class Options {
  private static final Pattern BARE = Pattern.compile("[a-z_][a-z0-9_]*");

  private Options() {}

  /** The options, each given as {@code name=value}, as they stand between parentheses. */
  static String list(List<String> options) {
    return list(options, "");
  }

  static String list(List<String> options, String prefix) {
    return String.join(
        ", ",
        options.stream()
            .map(
                option -> {
                  int equals = option.indexOf('=');
                  String name = equals < 0 ? option : option.substring(0, equals);
                  String value = equals < 0 ? "" : option.substring(equals + 1);
                  String quoted = BARE.matcher(name).matches() ? name : SqlIdentifier.quote(name);
                  return equals < 0
                      ? prefix + quoted
                      : prefix + quoted + "=" + SqlLiteral.quote(value);
                })
            .toList());
  }
}
