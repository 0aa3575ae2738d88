package dev.sensei.databases.rules;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** Whether a rule and its remedy go with the types of a column. */
public final class RuleFit {
  private RuleFit() {}

  /**
   * Why rules cannot be held together, in a sentence that says what was expected and what to do.
   *
   * @param cast from what is read to the target column's type
   */
  public static Optional<String> refusal(List<ColumnRule> rules, TypeCast cast) {
    boolean nullsGo =
        rules.stream()
            .anyMatch(rule -> rule.rule() instanceof ValueRule.NotNull && rule.setsAside());
    boolean nullsCome = rules.stream().anyMatch(rule -> rule.remedy() instanceof Remedy.SetNull);
    return rules.stream()
        .flatMap(rule -> refusal(rule, cast).stream())
        .findFirst()
        .or(
            () ->
                nullsGo && nullsCome
                    ? Optional.of(
                        "null is no remedy in a column that takes no nulls; use queue, or clamp")
                    : Optional.empty());
  }

  /**
   * Why a rule cannot be held, in a sentence that says what was expected and what to do.
   *
   * @param cast from what is read to the target column's type
   */
  public static Optional<String> refusal(ColumnRule rule, TypeCast cast) {
    return ofRule(rule.rule(), cast).or(() -> ofRemedy(rule, cast));
  }

  private static Optional<String> ofRule(ValueRule rule, TypeCast cast) {
    ValueType to = cast.to();
    return switch (rule) {
      case ValueRule.MaxLength length ->
          to.isText() || (to.array() && to.element().isText())
              ? Optional.empty()
              : refuse(rule, "a column of text or of texts in an array", to);
      case ValueRule.Pattern(String regex) ->
          to.isText() ? WholeMatch.refusal(regex) : refuse(rule, "a column of text", to);
      case ValueRule.Range range ->
          to.isOrdered()
              ? range
                  .least()
                  .flatMap(text -> literal(text, to))
                  .or(() -> range.most().flatMap(text -> literal(text, to)))
                  .or(() -> turned(range, to))
              : refuse(rule, "a column of numbers, dates, times or intervals", to);
      case ValueRule.NoNulBytes none ->
          to.base().equals("jsonb") && (cast.from().isText() || cast.from().isJson())
              ? Optional.empty()
              : refuse(rule, "a json or a text that becomes jsonb", to);
      case ValueRule.NotNull notNull -> Optional.empty();
      case ValueRule.FitsType fits -> Optional.empty();
    };
  }

  private static Optional<String> refuse(ValueRule rule, String expected, ValueType found) {
    return Optional.of(
        "%s needs %s, found %s; take the rule out"
            .formatted(rule.name(), expected, found.written()));
  }

  /** Numbers are looked at here; what else there is the server reads. */
  private static Optional<String> literal(String text, ValueType to) {
    if (!to.isNumber()) {
      return Optional.empty();
    }
    Optional<BigDecimal> number = number(text);
    if (number.isEmpty()) {
      return Optional.of("a range of %s has numbers for limits; give one".formatted(to.written()));
    }
    boolean whole = number.get().stripTrailingZeros().scale() <= 0;
    return to.isInteger() && !whole
        ? Optional.of("a range of %s has whole numbers for limits".formatted(to.written()))
        : Optional.empty();
  }

  private static Optional<String> turned(ValueRule.Range range, ValueType to) {
    if (!to.isNumber() || range.least().isEmpty() || range.most().isEmpty()) {
      return Optional.empty();
    }
    return number(range.least().get())
                .orElseThrow()
                .compareTo(number(range.most().get()).orElseThrow())
            > 0
        ? Optional.of("a range begins with its least value; turn the two around")
        : Optional.empty();
  }

  private static Optional<BigDecimal> number(String text) {
    try {
      return Optional.of(new BigDecimal(text));
    } catch (NumberFormatException none) {
      return Optional.empty();
    }
  }

  private static Optional<String> ofRemedy(ColumnRule asked, TypeCast cast) {
    ValueRule rule = asked.rule();
    boolean goes =
        switch (asked.remedy()) {
          case Remedy.SetAside aside -> true;
          case Remedy.Truncate truncate ->
              rule instanceof ValueRule.MaxLength && !cast.to().array();
          case Remedy.Clamp clamp ->
              rule instanceof ValueRule.Range
                  || (rule instanceof ValueRule.FitsType(int version)
                      && !(CastGuard.of(cast, version) instanceof CastGuard.FailsWhen fails
                          && fails.nearest().isEmpty()));
          case Remedy.SetNull none ->
              rule instanceof ValueRule.Range || rule instanceof ValueRule.FitsType;
          case Remedy.UseDefault other -> rule instanceof ValueRule.NotNull;
          case Remedy.StripNul strip -> rule instanceof ValueRule.NoNulBytes;
        };
    return goes
        ? Optional.empty()
        : Optional.of(
            "%s is no remedy for %s from %s to %s; use queue"
                .formatted(
                    asked.remedy().name(),
                    rule.name(),
                    cast.from().written(),
                    cast.to().written()));
  }
}
