package dev.sensei.agents.architect;

import dev.sensei.agents.architect.mapping.CastFaults;
import dev.sensei.agents.plan.ErrorLimit;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.rules.CastGuard;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.Remedy;
import dev.sensei.databases.rules.RuleFit;
import dev.sensei.databases.rules.TypeCast;
import dev.sensei.databases.rules.ValueRule;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.RowRemedy;

/**
 * What options say of rows whose values cannot be cast: they are dealt with where a condition tells
 * which they are, and they may be set aside or have a remedy.
 *
 * @param sourceVersion the major version of the source's server
 */
record CastRecovery(Options options, Ancestry ancestry, int sourceVersion) implements CastFaults {
  static CastRecovery of(PlanInput input) {
    return new CastRecovery(
        input.options(), Ancestry.of(input.source()), input.source().database().majorVersion());
  }

  @Override
  public boolean areDealtWith(Table source, String column, TypeCast cast) {
    if (!(CastGuard.of(cast, sourceVersion) instanceof CastGuard.FailsWhen)) {
      return false;
    }
    if (!new ErrorLimit(options.getErrorMaxRows(), options.getErrorMaxPercent()).isNone()) {
      return true;
    }
    if (MappingRules.isKey(source, column)) {
      return false;
    }
    RecoveryPolicy policy = RecoveryPolicy.of(options, ancestry.of(source.name()));
    if (policy.nulBytes() == RowRemedy.STRIP && cast.to().base().equals("jsonb")) {
      return true;
    }
    return switch (policy.outOfRange()) {
      case CLAMP -> goes(new Remedy.Clamp(), cast);
      case SET_NULL ->
          source.column(column).filter(Column::required).isEmpty()
              && goes(new Remedy.SetNull(), cast);
      case QUEUE,
          UNKNOWN,
          TRUNCATE,
          USE_DEFAULT,
          STRIP,
          FAIL,
          KEEP_FIRST,
          KEEP_LAST,
          MIGRATE_PARENT ->
          false;
    };
  }

  private boolean goes(Remedy remedy, TypeCast cast) {
    return RuleFit.refusal(
            new ColumnRule(new ValueRule.FitsType(sourceVersion), remedy, ColumnRule.Origin.TARGET),
            cast)
        .isEmpty();
  }
}
