package dev.sensei.agents.architect;

import dev.sensei.agents.architect.mapping.ColumnOrigin;
import dev.sensei.agents.architect.mapping.TableOrigin;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.NotNull;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.rules.CastGuard;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.ColumnRule.Origin;
import dev.sensei.databases.rules.Remedy;
import dev.sensei.databases.rules.RuleFit;
import dev.sensei.databases.rules.TypeCast;
import dev.sensei.databases.rules.ValueRule;
import dev.sensei.databases.rules.ValueType;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.RowRemedy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rules of each column: what its target column asks for and its source does not guarantee, and
 * what a person declared. Where a column cannot have the remedy that a policy names, rows are set
 * aside; and no policy changes the values of keys, which other rows may have or refer to.
 */
final class MappingRules {
  private final Options options;
  private final Ancestry ancestry;
  private final DeclaredRules declared;
  private final int sourceVersion;

  /**
   * Rules under options.
   *
   * @param ancestry of the source's tables
   * @param sourceVersion the major version of the source's server
   */
  MappingRules(Options options, Ancestry ancestry, int sourceVersion) {
    this.options = options;
    this.ancestry = ancestry;
    this.declared = new DeclaredRules(options, ancestry);
    this.sourceVersion = sourceVersion;
  }

  /**
   * The rules between a column of a source table and its target.
   *
   * @param origin where the rows come from
   * @param target the target's, as it is there or will be made
   * @param wanted the column under the name that the target has to have
   */
  List<ColumnRule> of(TableOrigin origin, Table target, Column wanted, Column to) {
    TableName table = origin.source();
    Value from = Value.of(origin.of(wanted.name()), wanted);
    List<ColumnRule> asked = declared.of(table, to);
    List<ColumnRule> all = new ArrayList<>();
    RecoveryPolicy policy = RecoveryPolicy.of(options, ancestry.of(table));
    for (ColumnRule rule :
        implied(isKey(target, to.name()) ? policy.withoutChanges() : policy, from, to)) {
      if (asked.stream().noneMatch(other -> covers(other.rule(), rule.rule()))) {
        all.add(rule);
      }
    }
    for (ColumnRule rule : asked) {
      if (!isGuaranteed(rule.rule(), from, to)) {
        all.add(
            isAskedByTarget(rule.rule(), to)
                ? new ColumnRule(rule.rule(), rule.remedy(), Origin.TARGET)
                : rule);
      }
    }
    return List.copyOf(all);
  }

  /**
   * What is known of the values that a column gets.
   *
   * @param type their type in the source
   * @param required whether the source keeps NULL out
   */
  private record Value(String type, boolean required) {
    /** An expression may give NULL whatever its columns keep out. */
    static Value of(ColumnOrigin from, Column wanted) {
      return new Value(from.type(), from.expression().isEmpty() && isRequired(wanted));
    }
  }

  /** Whether rows are told apart, or refer to others, by a column. */
  static boolean isKey(Table table, String column) {
    return table.keys().stream().anyMatch(key -> key.columns().contains(column))
        || table.foreignKeys().stream().anyMatch(key -> key.columns().contains(column));
  }

  private static boolean isGuaranteed(ValueRule rule, Value from, Column to) {
    return switch (rule) {
      case ValueRule.NotNull notNull -> from.required();
      case ValueRule.MaxLength(int characters) ->
          isShortEnough(TypeCast.of(from.type(), to.type()), characters);
      case ValueRule.Range range -> false;
      case ValueRule.Pattern pattern -> false;
      case ValueRule.FitsType fits -> false;
      case ValueRule.NoNulBytes none -> false;
    };
  }

  private static boolean covers(ValueRule one, ValueRule other) {
    return one.equals(other)
        || (one instanceof ValueRule.MaxLength(int most)
            && other instanceof ValueRule.MaxLength(int longer)
            && most <= longer);
  }

  private static boolean isAskedByTarget(ValueRule rule, Column to) {
    return switch (rule) {
      case ValueRule.NotNull notNull -> to.required();
      case ValueRule.MaxLength(int characters) ->
          ValueType.of(to.type()).maxLength().stream().anyMatch(most -> most <= characters);
      case ValueRule.Range range -> false;
      case ValueRule.Pattern pattern -> false;
      case ValueRule.FitsType fits -> true;
      case ValueRule.NoNulBytes none -> true;
    };
  }

  /** Whether the source keeps NULL out: a constraint that was never checked does not. */
  private static boolean isRequired(Column from) {
    return from.notNull().filter(NotNull::valid).isPresent();
  }

  private List<ColumnRule> implied(RecoveryPolicy policy, Value from, Column to) {
    TypeCast cast = TypeCast.of(from.type(), to.type());
    List<ColumnRule> rules = new ArrayList<>();
    boolean nullsFail = to.required();
    Optional<String> constant =
        policy.nullInNotNull() == RowRemedy.USE_DEFAULT ? ConstantDefault.of(to) : Optional.empty();
    CastGuard guard = CastGuard.of(cast, sourceVersion);
    boolean toJsonb = cast.to().base().equals("jsonb") && !cast.isNone();
    if (toJsonb) {
      Remedy remedy =
          policy.nulBytes() == RowRemedy.STRIP ? new Remedy.StripNul() : new Remedy.SetAside();
      add(rules, cast, new ValueRule.NoNulBytes(), remedy);
    }
    boolean comesNull = false;
    if (!(guard instanceof CastGuard.NeverFails)) {
      boolean mayBeNull = !nullsFail || constant.isPresent();
      Remedy remedy =
          switch (policy.outOfRange()) {
            case CLAMP -> new Remedy.Clamp();
            case SET_NULL -> mayBeNull ? new Remedy.SetNull() : new Remedy.SetAside();
            case QUEUE,
                UNKNOWN,
                TRUNCATE,
                USE_DEFAULT,
                STRIP,
                FAIL,
                KEEP_FIRST,
                KEEP_LAST,
                MIGRATE_PARENT ->
                new Remedy.SetAside();
          };
      ColumnRule added = add(rules, cast, new ValueRule.FitsType(sourceVersion), remedy);
      comesNull = added.remedy() instanceof Remedy.SetNull;
    }
    cast.to()
        .maxLength()
        .ifPresent(
            most -> {
              if (!isShortEnough(cast, most)) {
                Remedy remedy =
                    policy.tooLong() == RowRemedy.TRUNCATE
                        ? new Remedy.Truncate()
                        : new Remedy.SetAside();
                add(rules, cast, new ValueRule.MaxLength(most), remedy);
              }
            });
    if (nullsFail && (!from.required() || comesNull)) {
      Remedy remedy =
          constant.isPresent() ? new Remedy.UseDefault(constant.get()) : new Remedy.SetAside();
      add(rules, cast, new ValueRule.NotNull(), remedy);
    }
    return rules;
  }

  private static boolean isShortEnough(TypeCast cast, int most) {
    boolean sameKind =
        cast.from().array() == cast.to().array()
            && (cast.from().isText() || (cast.from().array() && cast.to().array()));
    return sameKind && cast.from().maxLength().stream().anyMatch(length -> length <= most);
  }

  /** Adds a rule under a remedy, or to be set aside where the two do not go together. */
  private static ColumnRule add(
      List<ColumnRule> rules, TypeCast cast, ValueRule rule, Remedy remedy) {
    ColumnRule wanted = new ColumnRule(rule, remedy, Origin.TARGET);
    ColumnRule added =
        RuleFit.refusal(wanted, cast).isEmpty()
            ? wanted
            : new ColumnRule(rule, new Remedy.SetAside(), Origin.TARGET);
    if (RuleFit.refusal(added, cast).isEmpty()) {
      rules.add(added);
    }
    return added;
  }
}
