package dev.sensei.agents.worker;

import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.copy.MarkedRow;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.copy.RowMasks;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.databases.ledger.RowChange;
import dev.sensei.databases.rules.GuardedColumn.Check;
import dev.sensei.databases.rules.Mark;
import dev.sensei.databases.rules.RowMarks;
import dev.sensei.databases.rules.ValueRule;
import dev.sensei.databases.rules.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** What marks say of rows, in the words of a server's error and of the ledger. */
final class MarkedFaults {
  private MarkedFaults() {}

  /**
   * The masks of marks.
   *
   * @param most how many rows they may set aside
   */
  static RowMasks masks(RowMarks marks, int most) {
    List<String> sql = marks.masksSql();
    List<Long> setAside = new ArrayList<>();
    for (int mask = 0; mask < sql.size(); mask++) {
      long bits = 0;
      for (int bit = 0; bit < RowMarks.BITS; bit++) {
        int at = mask * RowMarks.BITS + bit;
        if (at < marks.checks().size() && setsAside(marks.checks().get(at))) {
          bits |= 1L << bit;
        }
      }
      setAside.add(bits);
    }
    return new RowMasks(sql, setAside, most);
  }

  private static boolean setsAside(Check check) {
    return check.mark().effect() == Mark.Effect.SET_ASIDE;
  }

  /** Why a row is set aside, by the first of its marks for which it is. */
  static RowFault fault(MarkedRow row, TablePlan plan, RowMarks marks) {
    Mark mark =
        marks.decode(row.masks().stream().mapToLong(Long::longValue).toArray()).stream()
            .filter(each -> each.effect() == Mark.Effect.SET_ASIDE)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("a row is set aside without a mark"));
    return new RowFault(
        row.locator(),
        new ErrorFields(
            state(mark, plan),
            Optional.empty(),
            Optional.empty(),
            Optional.of(mark.column()),
            Optional.of(mark.rule().rule().text()),
            Optional.empty()));
  }

  /** What a server says of a value that does not keep such a rule. */
  private static String state(Mark mark, TablePlan plan) {
    return switch (mark.rule().rule()) {
      case ValueRule.NotNull notNull -> "23502";
      case ValueRule.MaxLength length -> "22001";
      case ValueRule.FitsType fits -> isText(mark.column(), plan) ? "22P02" : "22003";
      case ValueRule.NoNulBytes none -> "22P05";
      case ValueRule.Range range -> "23514";
      case ValueRule.Pattern pattern -> "23514";
    };
  }

  /** Whether a text is read as a value of the type, or a JSON text checked. */
  private static boolean isText(String column, TablePlan plan) {
    return plan.columns().stream()
        .filter(each -> each.target().equals(column))
        .anyMatch(
            each -> ValueType.of(each.sourceType()).isText() || each.sourceType().equals("json"));
  }

  /** How many rows each rule changed, as the ledger counts them. */
  static Map<String, Long> changes(SortedMap<Integer, Long> changed, RowMarks marks) {
    Map<String, Long> counts = new HashMap<>();
    changed.forEach(
        (bit, rows) -> {
          Mark mark = marks.checks().get(bit / Long.SIZE * RowMarks.BITS + bit % Long.SIZE).mark();
          counts.merge(
              new RowChange(mark.rule().remedy().name(), mark.column()).text(), rows, Long::sum);
        });
    return counts;
  }
}
