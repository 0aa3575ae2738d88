package dev.sensei.agents.architect;

import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.ColumnRule.Origin;
import dev.sensei.databases.rules.Remedy;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.databases.rules.ValueRule;
import dev.sensei.schemas.common.DeclaredRule;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.RowRemedy;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The rules that a person declared, as a plan has them. Those of a partitioned table hold for its
 * partitions too, behind their own.
 */
record DeclaredRules(Options options, Ancestry ancestry) {

  /** Those of one column of the target, which rows of this source table go to. */
  List<ColumnRule> of(TableName table, Column to) {
    return of(table)
        .filter(rule -> rule.getColumns().equals(List.of(to.name())))
        .flatMap(rule -> valueRule(rule).stream().map(value -> ruled(rule, value, to)))
        .toList();
  }

  /** Those over rows of a table. */
  List<SetRule> ofRows(TableName table) {
    return of(table).flatMap(rule -> setRule(rule).stream()).toList();
  }

  private Stream<DeclaredRule> of(TableName table) {
    return ancestry.of(table).stream()
        .map(TableName::toString)
        .flatMap(name -> options.getRules().stream().filter(rule -> rule.getTable().equals(name)));
  }

  private static Optional<ValueRule> valueRule(DeclaredRule rule) {
    return switch (rule.getKind()) {
      case NOT_NULL -> Optional.of(new ValueRule.NotNull());
      case MAX_LENGTH -> Optional.of(new ValueRule.MaxLength(rule.getMaxLength()));
      case RANGE ->
          Optional.of(
              new ValueRule.Range(
                  Optional.ofNullable(rule.getLeast()), Optional.ofNullable(rule.getMost())));
      case PATTERN -> Optional.of(new ValueRule.Pattern(rule.getPattern()));
      case UNIQUE, REFERENCE, UNKNOWN -> Optional.empty();
    };
  }

  private static ColumnRule ruled(DeclaredRule rule, ValueRule value, Column to) {
    Remedy remedy =
        switch (rule.getRemedy()) {
          case TRUNCATE -> new Remedy.Truncate();
          case CLAMP -> new Remedy.Clamp();
          case SET_NULL -> new Remedy.SetNull();
          case STRIP -> new Remedy.StripNul();
          case USE_DEFAULT ->
              defaultOf(rule, to).<Remedy>map(Remedy.UseDefault::new).orElse(new Remedy.SetAside());
          case QUEUE, UNKNOWN, FAIL, KEEP_FIRST, KEEP_LAST, MIGRATE_PARENT -> new Remedy.SetAside();
        };
    return new ColumnRule(value, remedy, Origin.PERSON);
  }

  /** What takes the place of a NULL; empty where the column's own default is no constant. */
  static Optional<String> defaultOf(DeclaredRule rule, Column to) {
    return Optional.ofNullable(rule.getDefaultValue())
        .map(literal -> SqlLiteral.quote(literal) + "::" + to.type())
        .or(() -> ConstantDefault.of(to));
  }

  private static Optional<SetRule> setRule(DeclaredRule rule) {
    return switch (rule.getKind()) {
      case UNIQUE ->
          Optional.of(
              new SetRule.Unique(
                  rule.getColumns(),
                  true,
                  keep(rule.getRemedy()),
                  Optional.ofNullable(rule.getOrderBy()),
                  Origin.PERSON));
      case REFERENCE ->
          Optional.of(
              new SetRule.Reference(
                  rule.getColumns(),
                  TableName.parse(rule.getReferencedTable()),
                  rule.getReferencedColumns(),
                  SetRule.Lacking.QUEUE,
                  Origin.PERSON));
      case NOT_NULL, MAX_LENGTH, RANGE, PATTERN, UNKNOWN -> Optional.empty();
    };
  }

  static SetRule.Keep keep(RowRemedy remedy) {
    return switch (remedy) {
      case KEEP_FIRST -> SetRule.Keep.FIRST;
      case KEEP_LAST -> SetRule.Keep.LAST;
      case QUEUE, UNKNOWN, TRUNCATE, CLAMP, SET_NULL, USE_DEFAULT, STRIP, FAIL, MIGRATE_PARENT ->
          SetRule.Keep.NONE;
    };
  }
}
