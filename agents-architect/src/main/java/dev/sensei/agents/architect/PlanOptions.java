package dev.sensei.agents.architect;

import dev.sensei.schemas.common.Options;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a person set, as a plan holds it: every option by its name, in text. */
final class PlanOptions {
  private PlanOptions() {}

  static SortedMap<String, String> text(Options options) {
    SortedMap<String, String> text = new TreeMap<>();
    options
        .getSchema()
        .getFields()
        .forEach(field -> text.put(field.name(), String.valueOf(options.get(field.pos()))));
    return text;
  }
}
