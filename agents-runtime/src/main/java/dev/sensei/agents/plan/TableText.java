package dev.sensei.agents.plan;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.SetRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What of a table's plan a person has to know to approve it, as lines that do not name it. */
public final class TableText {
  private TableText() {}

  /**
   * What values or rows have to keep that the source does not guarantee.
   *
   * @param column the target's column; empty for what rows have to keep together
   * @param text the rule and what is done where it is not kept
   * @param repairs whether values are changed, so that the target gets others than the source has
   */
  public record Rule(String column, String text, boolean repairs) {}

  /** What a person declared of it; none where it is carried as it is. */
  public static List<String> declared(TablePlan table) {
    List<String> lines = new ArrayList<>();
    if (!table.source().equals(table.target())) {
      lines.add("table %s becomes %s".formatted(table.source(), table.target()));
    }
    table.mappings().filter(ColumnMapping::declared).forEach(column -> lines.add(change(column)));
    return lines;
  }

  private static String change(ColumnMapping column) {
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

  /**
   * The query that its rows are read by as they are moved, without a chunk's bounds: where anything
   * is marked, with each row's place and its marks in front.
   */
  public static String query(TablePlan table, ErrorLimit limit) {
    TableReading reading = TableReading.of(table, limit);
    Stream<String> marks =
        reading.marks().isEmpty()
            ? Stream.of()
            : Stream.concat(Stream.of("ctid"), reading.marks().masksSql().stream());
    return Stream.concat(marks, reading.columns().stream().map(TableReading.Column::copySql))
            .collect(Collectors.joining(", ", "SELECT ", " FROM ONLY "))
        + table.source().quoted();
  }

  /** Its rules; none where it holds no rows itself. */
  public static List<Rule> rules(TablePlan table) {
    List<Rule> rules = new ArrayList<>();
    if (table.definition().holdsRows()) {
      for (ColumnMapping column : table.columns()) {
        for (ColumnRule rule : column.rules()) {
          rules.add(new Rule(column.target(), rule.text(), !rule.setsAside()));
        }
      }
      for (SetRule rule : table.setRules()) {
        rules.add(new Rule("", rule.text(), false));
      }
    }
    return rules;
  }

  /** The columns for which all of its rows are copied as text, with the reason. */
  public static List<String> textColumns(TablePlan table) {
    List<String> lines = new ArrayList<>();
    table
        .textColumns()
        .ifPresent(
            text ->
                text.reasons()
                    .forEach(
                        (column, reason) ->
                            lines.add(
                                "%s %s"
                                    .formatted(SqlIdentifier.quoteWhereNeeded(column), reason))));
    return lines;
  }

  /** The mappings that somebody should look at, under the thresholds of the plan. */
  public static List<String> toLookAt(TablePlan table, MigrationPlan plan) {
    return table
        .mappings()
        .filter(mapping -> mapping.confidence() <= plan.autoApproveAbove())
        .map(mapping -> doubt(mapping, plan.reviewAbove()))
        .toList();
  }

  private static String doubt(ColumnMapping mapping, double review) {
    return "%s -> %s, confidence %s%s: %s"
        .formatted(
            mapping.source().isEmpty()
                ? "(nothing)"
                : mapping.source() + " " + mapping.sourceType(),
            mapping.target().isEmpty()
                ? "(nowhere)"
                : mapping.target() + " " + mapping.targetType(),
            String.format(Locale.ROOT, "%.2f", mapping.confidence()),
            mapping.confidence() < review ? ", needs a person" : "",
            mapping.note());
  }
}
