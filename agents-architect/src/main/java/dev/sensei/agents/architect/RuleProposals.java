package dev.sensei.agents.architect;

import dev.sensei.agents.architect.RuleSample.Count;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.ErrorLimit;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableReading;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.Mark;
import dev.sensei.databases.rules.Remedy;
import dev.sensei.databases.rules.RuleFit;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.databases.rules.TypeCast;
import dev.sensei.databases.rules.ValueRule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What rows at fault would come to, and what would keep them, in a line each. */
final class RuleProposals {
  private final Collection<TablePlan> plans;
  private final ErrorLimit limit;
  private final DeclaredRules declared;

  /**
   * Proposals for a plan.
   *
   * @param limit how many rows may be set aside
   * @param declared the rules of the plan that a person declared
   */
  RuleProposals(Collection<TablePlan> plans, ErrorLimit limit, DeclaredRules declared) {
    this.plans = plans;
    this.limit = limit;
    this.declared = declared;
  }

  /** Casts that no condition tells the failures of. */
  List<String> unguarded() {
    List<String> lines = new ArrayList<>();
    for (TablePlan plan : plans) {
      for (String column : TableReading.guarded(plan).unguarded()) {
        lines.add(
            "%s.%s: no condition tells which values cannot be cast; the first one that cannot stops the reading"
                .formatted(plan.source(), SqlIdentifier.quoteWhereNeeded(column)));
      }
    }
    return lines;
  }

  /** The line of a rule that rows do not keep. */
  String line(Count count) {
    String what =
        count.check().isPresent()
            ? value(count, count.check().get().mark())
            : rows(count, count.setRule().orElseThrow());
    return count.table() + what;
  }

  private String value(Count count, Mark mark) {
    ColumnRule rule = mark.rule();
    TablePlan plan =
        plans.stream()
            .filter(each -> each.source().equals(count.table()))
            .findFirst()
            .orElseThrow();
    ColumnMapping column =
        plan.columns().stream()
            .filter(each -> each.target().equals(mark.column()))
            .findFirst()
            .orElseThrow();
    TypeCast cast = TypeCast.of(column.sourceType(), column.targetType());
    Column to = plan.definition().column(mark.column()).orElseThrow();
    // The rule may be the target's as well, but only what a person said of it changes anything.
    boolean person =
        declared.of(plan.source(), to).stream().anyMatch(each -> each.rule().equals(rule.rule()));
    Optional<String> hint =
        MappingRules.isKey(plan.definition(), mark.column()) && !person
            ? Optional.empty()
            : keeps(rule, cast, to).map(keeps -> keeps.text(person));
    String comes =
        mark.effect() == Mark.Effect.REPAIRED
            ? "they would be repaired (%s)".formatted(rule.remedy().name())
            : queued() + hint.map(option -> "; " + option + " keeps them").orElse("");
    return ".%s: %s %s; %s"
        .formatted(
            SqlIdentifier.quoteWhereNeeded(mark.column()),
            sampled(count),
            broken(rule.rule(), cast),
            comes);
  }

  private static String sampled(Count count) {
    return String.format(Locale.ROOT, "%,d of %,d sampled rows", count.broken(), count.sampled());
  }

  private String queued() {
    return "they would go to the error queue"
        + (limit.isNone() ? " (errors.maxRows is 0: the table would fail)" : "");
  }

  private static String broken(ValueRule rule, TypeCast cast) {
    return switch (rule) {
      case ValueRule.NotNull notNull -> "have no value";
      case ValueRule.MaxLength(int characters) ->
          String.format(Locale.ROOT, "are longer than %,d characters", characters);
      case ValueRule.Range range -> "lie outside of their range";
      case ValueRule.Pattern pattern -> "do not match their pattern";
      case ValueRule.FitsType fits -> "cannot become " + cast.to().written();
      case ValueRule.NoNulBytes none -> "hold the character 0";
    };
  }

  /**
   * A remedy that would keep rows.
   *
   * @param option what names it for rules of the target
   */
  private record Keeps(String option, Remedy remedy) {
    String text(boolean person) {
      return (person ? "its remedy" : option) + ": " + remedy.name();
    }
  }

  /** What the spec would have to say; empty where nothing keeps them. */
  private static Optional<Keeps> keeps(ColumnRule rule, TypeCast cast, Column to) {
    Stream<Keeps> known =
        switch (rule.rule()) {
          case ValueRule.NotNull notNull ->
              ConstantDefault.of(to).stream()
                  .map(sql -> new Keeps("recovery.nullInNotNull", new Remedy.UseDefault(sql)));
          case ValueRule.MaxLength length ->
              Stream.of(new Keeps("recovery.tooLong", new Remedy.Truncate()));
          case ValueRule.Range range -> Stream.of(new Keeps("its remedy", new Remedy.Clamp()));
          case ValueRule.Pattern pattern -> Stream.of();
          case ValueRule.FitsType fits ->
              Stream.concat(
                      Stream.of(new Remedy.Clamp()),
                      to.required() ? Stream.of() : Stream.of(new Remedy.SetNull()))
                  .map(remedy -> new Keeps("recovery.outOfRange", remedy));
          case ValueRule.NoNulBytes none ->
              Stream.of(new Keeps("recovery.nulBytes", new Remedy.StripNul()));
        };
    return known
        // A row that is at fault all the same, such as one with NaN, is not kept by what there is.
        .filter(keeps -> !keeps.remedy().name().equals(rule.remedy().name()))
        .filter(
            keeps ->
                RuleFit.refusal(new ColumnRule(rule.rule(), keeps.remedy(), rule.origin()), cast)
                    .isEmpty())
        .findFirst();
  }

  private String rows(Count count, SetRule rule) {
    String columns = "(" + String.join(", ", rule.columns()) + ")";
    return switch (rule) {
      case SetRule.Unique unique ->
          ": %s are equal to others in %s, which is unique; %s%s"
              .formatted(
                  rowsOf(count),
                  columns,
                  unique.keep() == SetRule.Keep.NONE
                      ? queued()
                      : "all but one of each would be left out",
                  unique.keep() == SetRule.Keep.NONE
                      ? "; %s: keep_first keeps one of each"
                          .formatted(
                              unique.origin() == ColumnRule.Origin.PERSON
                                  ? "its remedy"
                                  : "recovery.duplicates")
                      : "");
      case SetRule.Reference reference ->
          ": %s refer by %s to rows of %s that are not there; %s"
              .formatted(
                  rowsOf(count),
                  columns,
                  reference.table(),
                  switch (reference.lacking()) {
                    case QUEUE, MIGRATE_PARENT -> queued();
                    case FAIL ->
                        "the foreign key would fail; recovery.orphans: queue sets them aside";
                    case REFUSED -> "the target refuses such rows; " + queued();
                  });
    };
  }

  private static String rowsOf(Count count) {
    return String.format(Locale.ROOT, "%,d of %,d rows", count.broken(), count.sampled());
  }
}
