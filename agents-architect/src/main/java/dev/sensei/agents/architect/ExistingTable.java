package dev.sensei.agents.architect;

import dev.sensei.agents.architect.mapping.ColumnOrigin;
import dev.sensei.agents.architect.mapping.TableOrigin;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.catalog.Check;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.ColumnCompatibility;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Index;
import dev.sensei.databases.catalog.Key;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A source table compared with the target table of the same name, which stays as it is: columns are
 * mapped as a person declared, else by name, and what the target lacks is listed.
 *
 * @param columns what is copied, in the order of the target
 * @param unmapped source columns that are not copied, each with confidence 0
 * @param exceptions what of the source will not be in the target
 * @param risks what may go wrong
 */
record ExistingTable(
    List<ColumnMapping> columns,
    List<ColumnMapping> unmapped,
    List<NotCarried> exceptions,
    List<String> risks) {
  private static final double OTHER_COLLATION = 0.95;

  /**
   * Compares.
   *
   * @param source the source's table, under the names that the target has to have
   * @param origin where its rows come from
   */
  static ExistingTable compare(Table source, Table target, TableOrigin origin, MappingRules rules) {
    Comparison comparison = new Comparison(source, target, origin, rules);
    comparison.columns();
    comparison.constraints();
    comparison.differences();
    return new ExistingTable(
        List.copyOf(comparison.columns),
        List.copyOf(comparison.unmapped),
        List.copyOf(comparison.exceptions),
        List.copyOf(comparison.risks));
  }

  /**
   * Whether it acts on rows as they are copied; the server names INSERT before all other events.
   */
  static boolean firesForRows(TableRule rule) {
    return rule.kind() == TableRule.Kind.TRIGGER
        && (rule.definition().contains(" BEFORE INSERT ")
            || rule.definition().contains(" AFTER INSERT "))
        && rule.enabled().filter(how -> !how.equals("ENABLE ALWAYS")).isEmpty();
  }

  private static final class Comparison {
    private final Table source;
    private final Table target;
    private final TableOrigin origin;
    private final MappingRules rules;
    private final List<ColumnMapping> columns = new ArrayList<>();
    private final List<ColumnMapping> unmapped = new ArrayList<>();
    private final List<NotCarried> exceptions = new ArrayList<>();
    private final List<String> risks = new ArrayList<>();

    Comparison(Table source, Table target, TableOrigin origin, MappingRules rules) {
      this.source = source;
      this.target = target;
      this.origin = origin;
      this.rules = rules;
    }

    void columns() {
      for (Column to : target.columns()) {
        Optional<Column> from = source.column(to.name());
        if (to.generated().isPresent()) {
          from.filter(column -> column.generated().isEmpty()).ifPresent(this::computedInTarget);
        } else if (from.isPresent()) {
          map(from.get(), to);
        }
      }
      for (Column from : source.columns()) {
        if (from.generated().isEmpty() && target.column(from.name()).isEmpty()) {
          unmapped(from, "", "the target's table has no column of this name; add it");
        }
      }
    }

    private void map(Column from, Column to) {
      ColumnOrigin read = origin.of(from.name());
      if (read.declared()) {
        columns.add(
            new ColumnMapping(
                read.column(),
                to.name(),
                read.type(),
                to.type(),
                1,
                ColumnMapping.DECLARED,
                rules.of(origin, target, from, to),
                read.expression()));
        return;
      }
      ColumnCompatibility fit = ColumnCompatibility.of(from, to);
      if (fit.level() == ColumnCompatibility.Level.INCOMPATIBLE) {
        unmapped(from, to.type(), fit.reason() + "; change the type of the target's column");
        return;
      }
      boolean sorted = from.collation().equals(to.collation());
      columns.add(
          new ColumnMapping(
              from.name(),
              to.name(),
              from.type(),
              to.type(),
              sorted ? fit.confidence() : Math.min(OTHER_COLLATION, fit.confidence()),
              sorted ? fit.reason() : joined(fit.reason(), "the collations differ"),
              rules.of(origin, target, from, to)));
    }

    private static String joined(String first, String second) {
      return first.isEmpty() ? second : first + "; " + second;
    }

    private void computedInTarget(Column from) {
      unmapped(from, "", "the target computes this column; its values may differ");
    }

    private void unmapped(Column from, String targetType, String reason) {
      unmapped.add(
          new ColumnMapping(from.name(), "", from.type(), targetType, 0, reason, List.of()));
      exceptions.add(new NotCarried("column", named(from.name()), reason));
    }

    void constraints() {
      lacking("key", source.keys(), target.keys(), Comparison::meaning, Key::name);
      lacking(
          "foreign key",
          source.foreignKeys(),
          target.foreignKeys(),
          Comparison::meaning,
          ForeignKey::name);
      lacking("check", source.checks(), target.checks(), Check::definition, Check::name);
      lacking(
          "index",
          source.indexes(),
          target.indexes(),
          Comparison::meaning,
          index -> index.name().name());
    }

    private <T> void lacking(
        String kind,
        List<T> wanted,
        List<T> present,
        Function<T, String> meaning,
        Function<T, String> name) {
      Set<String> there = present.stream().map(meaning).collect(Collectors.toSet());
      for (T each : wanted) {
        if (!there.contains(meaning.apply(each))) {
          exceptions.add(
              new NotCarried(
                  kind,
                  named(name.apply(each)),
                  "the table is in the target without it, and is left as it is; add it there"));
        }
      }
      Set<String> known = wanted.stream().map(meaning).collect(Collectors.toSet());
      for (T each : present) {
        if (!known.contains(meaning.apply(each)) && !kind.equals("index")) {
          risks.add(
              "%s: the target has the %s %s, which the source has not; rows may violate it"
                  .formatted(target.name(), kind, name.apply(each)));
        }
      }
    }

    private static String meaning(Key key) {
      return key.kind() + " " + key.definition() + " " + key.columns() + " " + key.included();
    }

    private static String meaning(ForeignKey key) {
      return key.columns() + " " + key.referencedTable() + " " + key.referencedColumns();
    }

    /** An index's definition from {@code USING} on: its own name and its table's are left out. */
    private static String meaning(Index index) {
      int using = index.definition().indexOf(" USING ");
      String rest = using < 0 ? index.definition() : index.definition().substring(using);
      return index.unique() + rest;
    }

    void differences() {
      for (Column to : target.columns()) {
        Optional<Column> from = source.column(to.name());
        if (from.isEmpty()) {
          continue;
        }
        if (from.get().required() && !to.required()) {
          risks.add(named(to.name()) + ": NOT NULL in the source, not in the target");
        }
        if (!from.get().defaultExpression().equals(to.defaultExpression())
            || from.get().identity().isPresent() != to.identity().isPresent()) {
          risks.add(named(to.name()) + ": source and target have different defaults");
        }
      }
      for (TableRule rule : target.rules()) {
        if (firesForRows(rule)) {
          risks.add(
              "%s: the trigger %s, which exists in the target, acts on the rows as they come;"
                      .formatted(target.name(), rule.name())
                  + " disable it there before the run, unless it is meant to");
        }
      }
    }

    private String named(String part) {
      return target.name() + "." + SqlIdentifier.quoteWhereNeeded(part);
    }
  }
}
