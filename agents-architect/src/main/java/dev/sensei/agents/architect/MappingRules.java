package dev.sensei.agents.architect;

import dev.sensei.databases.catalog.Column;
import java.util.ArrayList;
import java.util.List;

/** What every value of a target column has to keep, by the column alone. */
final class MappingRules {
  private MappingRules() {}

  /** {@code not_null}, and {@code max_length=N} in characters, where they hold. */
  static List<String> of(Column column) {
    List<String> rules = new ArrayList<>();
    if (column.required()) {
      rules.add("not_null");
    }
    SqlType type = SqlType.parse(column.type());
    boolean limited =
        !type.array()
            && (type.base().equals("character varying") || type.base().equals("character"))
            && !type.arguments().isEmpty();
    if (limited) {
      rules.add("max_length=" + type.arguments().getFirst());
    }
    return List.copyOf(rules);
  }
}
