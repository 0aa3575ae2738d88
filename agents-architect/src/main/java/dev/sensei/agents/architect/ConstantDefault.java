package dev.sensei.agents.architect;

import dev.sensei.databases.catalog.Column;
import java.util.Optional;
import java.util.regex.Pattern;

/** A column's default, where it is a constant: the same whenever it is computed. */
final class ConstantDefault {
  private static final String TYPE = "(::[\\w .\"(),\\[\\]]+)?";
  private static final Pattern CONSTANT =
      Pattern.compile(
          "('(?:[^']|'')*'" + TYPE + "|\\(?-?\\d+(\\.\\d+)?\\)?" + TYPE + "|true|false)");

  private ConstantDefault() {}

  /** The default's expression; empty where there is none, or where it may be another each time. */
  static Optional<String> of(Column column) {
    return column.defaultExpression().filter(expression -> CONSTANT.matcher(expression).matches());
  }
}
