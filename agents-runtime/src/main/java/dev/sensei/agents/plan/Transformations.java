package dev.sensei.agents.plan;

import java.util.ArrayList;
import java.util.List;

/** What a person declared of a table, and the query that comes of it, as lines of text. */
public final class Transformations {
  private Transformations() {}

  /** The lines of one table; none where it is carried as it is. */
  public static List<String> of(TablePlan table) {
    List<String> lines = new ArrayList<>();
    if (!table.source().equals(table.target())) {
      lines.add("table %s becomes %s".formatted(table.source(), table.target()));
    }
    table.mappings().filter(ColumnMapping::declared).forEach(column -> lines.add(line(column)));
    if (!lines.isEmpty() && table.definition().holdsRows()) {
      lines.addAll(("read by: " + ColumnReading.select(table)).lines().toList());
    }
    return lines;
  }

  private static String line(ColumnMapping column) {
    if (column.target().isEmpty()) {
      return "column %s is dropped".formatted(column.source());
    }
    String from =
        column
            .expression()
            .map(sql -> "%s, of type %s,".formatted(sql.strip(), column.sourceType()))
            .orElseGet(() -> "column %s %s".formatted(column.source(), column.sourceType()));
    return "%s becomes %s %s".formatted(from, column.target(), column.targetType());
  }
}
