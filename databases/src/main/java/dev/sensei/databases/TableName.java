package dev.sensei.databases;

import java.util.Comparator;

/**
 * The name of a table, view, sequence, type or collation: schema and name as the catalog has them,
 * unquoted.
 *
 * <p>{@link #toString()} is the form that events, tasks and messages carry: each part quoted where
 * SQL needs it, such as {@code public.orders} or {@code public."Odd.Name"}; {@link #parse} reads it
 * back.
 *
 * @param schema the schema's name, not empty
 * @param name the name within the schema, not empty
 */
public record TableName(String schema, String name) implements Comparable<TableName> {
  private static final Comparator<TableName> ORDER =
      Comparator.comparing(TableName::schema).thenComparing(TableName::name);

  public TableName {
    if (schema.isEmpty() || name.isEmpty()) {
      throw new IllegalArgumentException("a table name needs a schema and a name");
    }
  }

  /**
   * Reads the form that {@link #toString()} writes.
   *
   * @throws IllegalArgumentException where the text is not two identifiers joined by a dot
   */
  public static TableName parse(String text) {
    int end = SqlIdentifier.end(text, 0);
    if (end <= 0 || end >= text.length() || text.charAt(end) != '.') {
      throw new IllegalArgumentException("expected schema.table, found: " + text);
    }
    int last = SqlIdentifier.end(text, end + 1);
    if (last != text.length()) {
      throw new IllegalArgumentException("expected schema.table, found: " + text);
    }
    return new TableName(
        SqlIdentifier.unquote(text.substring(0, end)),
        SqlIdentifier.unquote(text.substring(end + 1)));
  }

  /** The name for use in SQL, every part quoted. */
  public String quoted() {
    return SqlIdentifier.quote(schema) + "." + SqlIdentifier.quote(name);
  }

  @Override
  public int compareTo(TableName other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return SqlIdentifier.quoteWhereNeeded(schema) + "." + SqlIdentifier.quoteWhereNeeded(name);
  }
}
