package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which tables, views and sequences of a database are meant. A pattern is matched against the name
 * as {@link TableName#toString()} writes it; {@code *} stands for any characters, {@code ?} for
 * one.
 *
 * @param include where empty, everything; else what matches one of them
 * @param exclude what matches one of them is out, whatever {@code include} says
 * @param excludedSchemas schemas that are not looked at, such as the tool's own
 */
public record CatalogScope(
    List<String> include, List<String> exclude, List<String> excludedSchemas) {
  public static final CatalogScope ALL = new CatalogScope(List.of(), List.of(), List.of());

  public CatalogScope {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
    excludedSchemas = List.copyOf(excludedSchemas);
  }

  /** The same scope without one more schema. */
  public CatalogScope withoutSchema(String schema) {
    List<String> more = new java.util.ArrayList<>(excludedSchemas);
    more.add(schema);
    return new CatalogScope(include, exclude, more);
  }

  /** Whether the relation is meant. */
  public boolean holds(TableName name) {
    if (excludedSchemas.contains(name.schema())) {
      return false;
    }
    String text = name.toString();
    return (include.isEmpty() || include.stream().anyMatch(pattern -> matches(pattern, text)))
        && exclude.stream().noneMatch(pattern -> matches(pattern, text));
  }

  /** Whether everything in the schemas looked at is meant. */
  public boolean unrestricted() {
    return include.isEmpty() && exclude.isEmpty();
  }

  private static boolean matches(String pattern, String text) {
    StringBuilder expression = new StringBuilder();
    for (int at = 0; at < pattern.length(); at++) {
      char letter = pattern.charAt(at);
      switch (letter) {
        case '*' -> expression.append(".*");
        case '?' -> expression.append('.');
        default -> expression.append(Pattern.quote(String.valueOf(letter)));
      }
    }
    return Pattern.compile(expression.toString(), Pattern.DOTALL).matcher(text).matches();
  }
}
