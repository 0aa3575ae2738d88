package dev.sensei.agents.plan;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.GuardedColumn;
import dev.sensei.databases.rules.RowMarks;
import dev.sensei.databases.rules.RuledTable;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.databases.rules.ValueRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The SQL by which a table is read: by who moves its rows, and by who compares them.
 *
 * <p>Where no row may be set aside and every rule is the target's own, the target refuses the first
 * row at fault by itself, or the comparison finds it. Then values are read as they are, nothing is
 * marked, and good rows pay nothing.
 *
 * @param columns in the order of the plan
 * @param marks what is marked of a row; none where values are read as they are
 * @param setRules what is to be found by queries before the table is read; none likewise
 * @param unguarded the target's columns whose cast no condition guards, so that one value may fail
 *     the reading; none likewise
 */
public record TableReading(
    List<Column> columns, RowMarks marks, List<SetRule> setRules, List<String> unguarded) {
  public TableReading {
    unguarded = List.copyOf(unguarded);
    columns = List.copyOf(columns);
    setRules = List.copyOf(setRules);
  }

  /**
   * A column.
   *
   * @param target the target's column
   * @param copySql the value to write, over a row of the source
   * @param compareSql the value with the text that the target's has
   */
  public record Column(String target, String copySql, String compareSql) {}

  /** How a table is read where so many of its rows may be set aside. */
  public static TableReading of(TablePlan plan, ErrorLimit limit) {
    return limit.isNone() && isUpheldByTarget(plan) ? plain(plan) : guarded(plan);
  }

  /** Every value as it is, whatever the rules say. */
  private static TableReading plain(TablePlan plan) {
    return new TableReading(
        plan.columns().stream()
            .map(
                column ->
                    new Column(
                        column.target(),
                        ColumnReading.toCopy(column),
                        ColumnReading.toCompare(column)))
            .toList(),
        RowMarks.of(List.of()),
        List.of(),
        List.of());
  }

  /** Every value under its rules, whatever may be set aside. */
  public static TableReading guarded(TablePlan plan) {
    List<Column> columns = new ArrayList<>();
    List<GuardedColumn> guarded = new ArrayList<>();
    List<String> unguarded = new ArrayList<>();
    for (ColumnMapping column : plan.columns()) {
      GuardedColumn each = ColumnReading.guarded(column);
      guarded.add(each);
      if (each.unguarded()) {
        unguarded.add(column.target());
      }
      columns.add(new Column(column.target(), each.copySql(), each.compareSql()));
    }
    return new TableReading(columns, RowMarks.of(guarded), plan.setRules(), unguarded);
  }

  /** Whether the target would refuse each row that does not keep a rule, if it were written. */
  private static boolean isUpheldByTarget(TablePlan plan) {
    return plan.columns().stream()
            .flatMap(column -> column.rules().stream())
            .allMatch(TableReading::isUpheldByTarget)
        && plan.setRules().stream().allMatch(TableReading::isUpheldByTarget);
  }

  /** A text is cut off without a word where all that is too much of it is blanks. */
  private static boolean isUpheldByTarget(ColumnRule rule) {
    return rule.setsAside()
        && rule.origin() == ColumnRule.Origin.TARGET
        && !(rule.rule() instanceof ValueRule.MaxLength);
  }

  private static boolean isUpheldByTarget(SetRule rule) {
    return rule.origin() == ColumnRule.Origin.TARGET
        && switch (rule) {
          case SetRule.Unique unique -> unique.keep() == SetRule.Keep.NONE;
          case SetRule.Reference reference -> true;
        };
  }

  /** Whether rows are read as they are, so that nobody has to look at marks. */
  public boolean isPlain() {
    return marks.isEmpty() && setRules.isEmpty() && unguarded.isEmpty();
  }

  /** What values are compared by, in the order of the columns. */
  public List<String> compareSql() {
    return columns.stream().map(Column::compareSql).toList();
  }

  /** What the values of one of the target's columns are compared by. */
  public String compareSql(String target) {
    return columns.stream()
        .filter(column -> column.target().equals(target))
        .map(Column::compareSql)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected a column %s among those that are copied, found none"
                        .formatted(SqlIdentifier.quoteWhereNeeded(target))));
  }

  /** The table as queries over its rows see it, every value under its rules. */
  public static RuledTable ruled(TablePlan plan) {
    TableReading reading = guarded(plan);
    Map<String, String> values = new LinkedHashMap<>();
    reading.columns().forEach(column -> values.put(column.target(), column.compareSql()));
    return new RuledTable(
        plan.source(),
        plan.definition().holdsRows(),
        values,
        reading.marks().setAsideSql(),
        plan.setRules());
  }
}
