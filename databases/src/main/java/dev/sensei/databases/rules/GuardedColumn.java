package dev.sensei.databases.rules;

import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.rules.CastGuard.FailsWhen;
import dev.sensei.databases.rules.CastGuard.Nearest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A column as it is read under its rules. Values are repaired first, in the order of {@link
 * #ORDER}, and what came of it is checked by the rules that set rows aside. No expression here
 * fails for any value, where {@link CastGuard} knows when its cast does.
 *
 * @param copySql the value as it is written to the target; of no account in a row that is set aside
 * @param compareSql the value with the text that the target's value has
 * @param checks what may be wrong with it
 * @param unguarded whether the cast may fail the query all the same
 */
public record GuardedColumn(
    String copySql, String compareSql, List<Check> checks, boolean unguarded) {
  private static final List<Class<? extends ValueRule>> ORDER =
      List.of(
          ValueRule.NoNulBytes.class,
          ValueRule.FitsType.class,
          ValueRule.MaxLength.class,
          ValueRule.Range.class,
          ValueRule.Pattern.class,
          ValueRule.NotNull.class);

  public GuardedColumn {
    checks = List.copyOf(checks);
  }

  /**
   * A mark and when it is set.
   *
   * @param condition SQL over a row; NULL counts as false
   */
  public record Check(Mark mark, String condition) {}

  /**
   * The column under its rules.
   *
   * @param column the target column's name
   * @param sql the value in the source: a column, or an expression over a row's columns
   * @param cast from the type of {@code sql} to the target column's
   * @param rules in any order
   * @throws IllegalArgumentException where a rule or remedy does not go with the types; {@link
   *     RuleFit} says so beforehand
   */
  public static GuardedColumn of(String column, String sql, TypeCast cast, List<ColumnRule> rules) {
    Composition composition = new Composition(column, sql, cast);
    List<ColumnRule> ordered =
        rules.stream()
            .sorted(Comparator.comparingInt(rule -> ORDER.indexOf(rule.rule().getClass())))
            .toList();
    RuleFit.refusal(rules, cast)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException("column " + column + ": " + reason);
            });
    ordered.forEach(composition::repair);
    ordered.stream().filter(ColumnRule::setsAside).forEach(composition::check);
    return composition.composed();
  }

  /** A column that is read as it is composed, step by step. */
  private static final class Composition {
    private final String column;
    private final TypeCast cast;
    private final List<Check> checks = new ArrayList<>();

    /** When a value was lost, so that the NULL in its place is not the source's. */
    private final List<String> lost = new ArrayList<>();

    private String value;
    private boolean isCast;
    private boolean unguarded;

    Composition(String column, String sql, TypeCast cast) {
      this.column = column;
      this.value = sql;
      this.cast = cast;
    }

    void repair(ColumnRule rule) {
      switch (rule.rule()) {
        case ValueRule.NoNulBytes none -> {
          String broken = JsonText.holdsNul(value);
          if (rule.remedy() instanceof Remedy.StripNul) {
            mark(rule, Mark.Effect.REPAIRED, broken);
            String type = cast.from().written();
            value =
                "(CASE WHEN %s THEN %s::%s ELSE %s END)"
                    .formatted(broken, JsonText.withoutNul(value), type, value);
          } else {
            mark(rule, Mark.Effect.SET_ASIDE, broken);
          }
        }
        case ValueRule.FitsType fits -> fit(rule, CastGuard.of(cast, fits.serverVersion()));
        case ValueRule.MaxLength(int characters) -> {
          toTarget();
          if (rule.remedy() instanceof Remedy.Truncate) {
            String broken = tooLong(characters);
            mark(rule, Mark.Effect.REPAIRED, broken);
            value =
                "(CASE WHEN %s THEN left(%s::text, %d)::%s ELSE %s END)"
                    .formatted(broken, value, characters, cast.read().written(), value);
          }
        }
        case ValueRule.Range range -> {
          toTarget();
          bring(rule, range);
        }
        case ValueRule.Pattern pattern -> toTarget();
        case ValueRule.NotNull notNull -> {
          toTarget();
          if (rule.remedy() instanceof Remedy.UseDefault(String sql)) {
            mark(rule, Mark.Effect.REPAIRED, isNull());
            value = "coalesce(%s, %s)".formatted(value, sql);
          }
        }
      }
    }

    /** Brings a value into the target's type, where nothing has done so yet. */
    private void toTarget() {
      if (!isCast) {
        value = cast.toCopy(value);
        unguarded = !(CastGuard.of(cast, Integer.MAX_VALUE) instanceof CastGuard.NeverFails);
        isCast = true;
      }
    }

    private void fit(ColumnRule rule, CastGuard guard) {
      if (!(guard instanceof FailsWhen fails)) {
        unguarded = guard instanceof CastGuard.Unknown;
        value = cast.toCopy(value);
        isCast = true;
        return;
      }
      String from = value;
      String broken = fails.condition().apply(from);
      String instead = "NULL";
      switch (rule.remedy()) {
        case Remedy.SetNull none -> mark(rule, Mark.Effect.REPAIRED, broken);
        case Remedy.Clamp clamp -> {
          Nearest nearest = fails.nearest().orElseThrow();
          instead = nearest.value().apply(from);
          if (nearest.none().isPresent()) {
            String none = nearest.none().get().apply(from);
            instead = "CASE WHEN %s THEN NULL ELSE %s END".formatted(none, instead);
            String gone = "(%s AND %s)".formatted(broken, none);
            lost.add(gone);
            mark(rule, Mark.Effect.SET_ASIDE, gone);
            mark(rule, Mark.Effect.REPAIRED, "(%s AND NOT %s)".formatted(broken, none));
          } else {
            mark(rule, Mark.Effect.REPAIRED, broken);
          }
        }
        default -> {
          lost.add(broken);
          mark(rule, Mark.Effect.SET_ASIDE, broken);
        }
      }
      value = "(CASE WHEN %s THEN %s ELSE %s END)".formatted(broken, instead, cast.toCopy(from));
      isCast = true;
    }

    private void bring(ColumnRule rule, ValueRule.Range range) {
      String broken = outOf(range);
      switch (rule.remedy()) {
        case Remedy.SetNull none -> {
          mark(rule, Mark.Effect.REPAIRED, broken);
          value = "(CASE WHEN %s THEN NULL ELSE %s END)".formatted(broken, value);
        }
        case Remedy.Clamp clamp -> {
          String none = notANumber();
          String kept = none.isEmpty() ? broken : "(%s AND NOT %s)".formatted(broken, none);
          if (!none.isEmpty()) {
            mark(rule, Mark.Effect.SET_ASIDE, none);
          }
          mark(rule, Mark.Effect.REPAIRED, kept);
          String nearest =
              range.least().isEmpty()
                  ? literal(range.most().orElseThrow())
                  : range.most().isEmpty()
                      ? literal(range.least().get())
                      : "CASE WHEN %s < %s THEN %s ELSE %s END"
                          .formatted(
                              value,
                              literal(range.least().get()),
                              literal(range.least().get()),
                              literal(range.most().get()));
          value = "(CASE WHEN %s THEN %s ELSE %s END)".formatted(kept, nearest, value);
        }
        default -> {
          // It is checked when all is repaired.
        }
      }
    }

    void check(ColumnRule rule) {
      switch (rule.rule()) {
        case ValueRule.NoNulBytes none -> {
          // Marked as it was repaired, or not: behind the cast there is none any more.
        }
        case ValueRule.FitsType fits -> {
          // Likewise.
        }
        case ValueRule.MaxLength(int characters) ->
            mark(rule, Mark.Effect.SET_ASIDE, tooLong(characters));
        case ValueRule.Range range -> mark(rule, Mark.Effect.SET_ASIDE, outOf(range));
        case ValueRule.Pattern(String regex) ->
            mark(
                rule,
                Mark.Effect.SET_ASIDE,
                "%s::text COLLATE \"default\" !~ %s"
                    .formatted(value, SqlLiteral.quote(WholeMatch.of(regex))));
        case ValueRule.NotNull notNull -> mark(rule, Mark.Effect.SET_ASIDE, isNull());
      }
    }

    private void mark(ColumnRule rule, Mark.Effect effect, String condition) {
      checks.add(new Check(new Mark(column, rule, effect), condition));
    }

    private String isNull() {
      return lost.isEmpty()
          ? value + " IS NULL"
          : "(%s IS NULL AND (%s) IS NOT TRUE)".formatted(value, String.join(" OR ", lost));
    }

    private String tooLong(int characters) {
      if (cast.to().array()) {
        // No text in an array is longer than all of them.
        return "(char_length(array_to_string(%s, '')) > %d AND (SELECT bool_or(char_length(\"element\"::text) > %d) FROM unnest(%s) AS elements(\"element\")))"
            .formatted(value, characters, characters, value);
      }
      return cast.pads()
          ? "char_length(rtrim(%s::text, ' ')) > %d".formatted(value, characters)
          : "char_length(%s::text) > %d".formatted(value, characters);
    }

    private String outOf(ValueRule.Range range) {
      List<String> limits = new ArrayList<>();
      range.least().ifPresent(least -> limits.add(value + " < " + literal(least)));
      range.most().ifPresent(most -> limits.add(value + " > " + literal(most)));
      String none = notANumber();
      if (!none.isEmpty()) {
        limits.add(none);
      }
      return "(" + String.join(" OR ", limits) + ")";
    }

    /** Empty for types that have no NaN. */
    private String notANumber() {
      ValueType to = cast.to();
      return to.isNumeric() || to.isFloat() ? "%s = 'NaN'::%s".formatted(value, to.base()) : "";
    }

    private String literal(String text) {
      return SqlLiteral.quote(text) + "::" + cast.to().written();
    }

    GuardedColumn composed() {
      toTarget();
      String compared = cast.pads() ? "(" + value + "::" + cast.to().written() + ")" : value;
      return new GuardedColumn(value, compared, checks, unguarded);
    }
  }
}
