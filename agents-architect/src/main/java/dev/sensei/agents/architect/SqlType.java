package dev.sensei.agents.architect;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A type as {@code format_type} writes it, taken apart: {@code numeric(10,2)[]} has the base {@code
 * numeric}, the arguments 10 and 2, and is an array.
 *
 * @param base the name without arguments and brackets; {@code timestamp(3) with time zone} has
 *     {@code timestamp with time zone}
 * @param arguments the numbers in parentheses
 * @param array whether it is an array of the base
 */
record SqlType(String base, List<Integer> arguments, boolean array) {
  private static final Pattern ARGUMENTS = Pattern.compile("\\((-?\\d+)(?:,(-?\\d+))?\\)");

  SqlType {
    arguments = List.copyOf(arguments);
  }

  static SqlType parse(String text) {
    boolean array = text.endsWith("[]");
    String element = array ? text.substring(0, text.length() - 2) : text;
    Matcher matcher = ARGUMENTS.matcher(element);
    List<Integer> arguments = new ArrayList<>();
    String base = element;
    if (!element.startsWith("\"") && matcher.find()) {
      for (int group = 1; group <= matcher.groupCount(); group++) {
        String number = matcher.group(group);
        if (number != null) {
          arguments.add(Integer.valueOf(number));
        }
      }
      base = element.substring(0, matcher.start()) + element.substring(matcher.end());
    }
    return new SqlType(base, arguments, array);
  }

  /** The first argument, or {@code unlimited} where there is none. */
  int first(int unlimited) {
    return arguments.isEmpty() ? unlimited : arguments.getFirst();
  }

  /** The second argument, or {@code missing} where there is none. */
  int second(int missing) {
    return arguments.size() < 2 ? missing : arguments.get(1);
  }
}
