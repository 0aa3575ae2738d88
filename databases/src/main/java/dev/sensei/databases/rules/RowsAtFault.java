package dev.sensei.databases.rules;

import dev.sensei.databases.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Queries on the source for rows that do not keep a {@link SetRule}. Each gives one column, {@code
 * place}, the {@code ctid} of a row; asked under one snapshot, they give the same rows.
 *
 * <p>Rows are judged in this order: by their values, then by each unique rule in turn, then by each
 * reference in turn. What is set aside by an earlier rule is not there for the later, neither as a
 * row that another is equal to nor as one that another refers to. Within a table that refers to
 * itself that goes on to rows which refer to such rows; where several tables refer to each other in
 * a circle, it goes round once.
 */
public final class RowsAtFault {
  private final Function<TableName, Optional<RuledTable>> tables;

  /**
   * Queries over tables.
   *
   * @param tables the table whose rows go to a table of the target; empty where none does
   */
  public RowsAtFault(Function<TableName, Optional<RuledTable>> tables) {
    this.tables = tables;
  }

  /** Rows that do not keep one of a table's rules, and keep those before it. */
  public String of(RuledTable table, SetRule rule) {
    Query query = new Query();
    return query.of(query.places(table, rule, Set.of(table.source())));
  }

  /**
   * The same rows, looked for among those alone whose values have the same hash as another row's:
   * cheaper where these are few. For types that have hashes, as {@link EqualRows} finds out.
   */
  public String amongEqualHashes(RuledTable table, SetRule.Unique unique) {
    Query query = new Query();
    // Sorted, not grouped: before PostgreSQL 13 a table of all hashes would have no bound.
    String hash = hash(table, unique);
    String kept =
        "%s IN (SELECT hashes.hash FROM (SELECT %s AS hash, pg_catalog.lag(%s) OVER (ORDER BY %s) AS before FROM %s AS kept WHERE true%s) AS hashes WHERE hashes.hash = hashes.before) AND %s"
            .formatted(
                hash,
                hash,
                hash,
                hash,
                table.from(),
                present(table, unique),
                query.before(table, unique, Set.of(table.source())));
    return query.of(duplicates(table, unique, kept));
  }

  /** Whether no two rows, also of those that are set aside, have the same hash of their values. */
  String noEqualHashes(RuledTable table, SetRule.Unique unique) {
    return "SELECT count(*) = count(DISTINCT %s) FROM %s AS kept WHERE true%s"
        .formatted(hash(table, unique), table.from(), present(table, unique));
  }

  /**
   * The hash of a row's values, of 64 bits. It is each type's own, by its own equality: the texts
   * of equal values may differ.
   */
  private static String hash(RuledTable table, SetRule.Unique unique) {
    List<String> hashes =
        unique.columns().stream().map(column -> hash(List.of(table.value(column)))).toList();
    return hashes.size() == 1 ? hashes.getFirst() : hash(hashes);
  }

  private static String hash(List<String> values) {
    return "pg_catalog.hash_array_extended(ARRAY[%s], 0)".formatted(String.join(", ", values));
  }

  private static List<SetRule> ordered(RuledTable table) {
    List<SetRule> all = new ArrayList<>();
    table.setRules().stream().filter(SetRule.Unique.class::isInstance).forEach(all::add);
    table.setRules().stream()
        .filter(rule -> rule instanceof SetRule.Reference reference && reference.setsAside())
        .forEach(all::add);
    return all;
  }

  private static String duplicates(RuledTable table, SetRule.Unique unique, String kept) {
    List<String> values = unique.columns().stream().map(table::value).toList();
    String equal = String.join(", ", values);
    String order = unique.orderBy().map(by -> table.value(by)).orElse("");
    String numbered =
        switch (unique.keep()) {
          case NONE -> "count(*) OVER (PARTITION BY %s)".formatted(equal);
          case FIRST ->
              "row_number() OVER (PARTITION BY %s ORDER BY %skept.ctid)"
                  .formatted(equal, order.isEmpty() ? "" : order + " NULLS LAST, ");
          case LAST ->
              "row_number() OVER (PARTITION BY %s ORDER BY %skept.ctid DESC)"
                  .formatted(equal, order.isEmpty() ? "" : order + " DESC NULLS LAST, ");
        };
    return "SELECT numbered.place FROM (SELECT kept.ctid AS place, %s AS number FROM %s AS kept WHERE %s%s) AS numbered WHERE numbered.number > 1"
        .formatted(numbered, table.from(), kept, present(table, unique));
  }

  private static String present(RuledTable table, SetRule.Unique unique) {
    return unique.nullsDistinct()
        ? unique.columns().stream()
            .map(column -> " AND %s IS NOT NULL".formatted(table.value(column)))
            .collect(Collectors.joining())
        : "";
  }

  private static String named(RuledTable table, List<String> columns, String prefix) {
    return IntStream.range(0, columns.size())
        .mapToObj(at -> table.value(columns.get(at)) + " AS " + prefix + at)
        .collect(Collectors.joining(", "));
  }

  private static String matches(SetRule.Reference reference) {
    return IntStream.range(0, reference.columns().size())
        .mapToObj(at -> "parent.parent_%d = child.child_%d".formatted(at, at))
        .collect(Collectors.joining(" AND "));
  }

  /** Rows that a rule sets aside, reached from these tables. */
  private record Faults(TableName table, SetRule rule, Set<TableName> above) {}

  /**
   * A query in the making. What one rule sets aside is asked once, however many others judge what
   * it has left.
   */
  private final class Query {
    private final Map<Faults, String> names = new HashMap<>();
    private final List<String> parts = new ArrayList<>();

    /** The query for these places, with what they are made of. */
    String of(String places) {
      return parts.isEmpty()
          ? places
          : "WITH %s SELECT fault.place FROM (%s) AS fault"
              .formatted(String.join(", ", parts), places);
    }

    String places(RuledTable table, SetRule rule, Set<TableName> above) {
      return switch (rule) {
        case SetRule.Unique unique -> duplicates(table, unique, before(table, rule, above));
        case SetRule.Reference reference ->
            orphans(table, reference, before(table, rule, above), above);
      };
    }

    /** Conditions that a row has to keep to be judged by a rule. */
    String before(RuledTable table, SetRule rule, Set<TableName> above) {
      List<SetRule> earlier = new ArrayList<>();
      for (SetRule each : ordered(table)) {
        if (each.equals(rule)) {
          break;
        }
        earlier.add(each);
      }
      return kept(table, earlier, above);
    }

    /** The condition that a row of a table is not set aside by its values or by these rules. */
    private String kept(RuledTable table, List<SetRule> rules, Set<TableName> above) {
      StringBuilder sql = new StringBuilder("NOT ").append(table.setAsideSql());
      // Below a partitioned table a ctid is not one row's.
      if (table.only()) {
        for (SetRule rule : rules) {
          sql.append(" AND NOT EXISTS (SELECT 1 FROM ")
              .append(part(table, rule, above))
              .append(" AS fault WHERE fault.place = kept.ctid)");
        }
      }
      return sql.toString();
    }

    private String part(RuledTable table, SetRule rule, Set<TableName> above) {
      Faults faults = new Faults(table.source(), rule, Set.copyOf(above));
      String known = names.get(faults);
      if (known != null) {
        return known;
      }
      String sql = places(table, rule, above);
      String name = "fault_" + parts.size();
      parts.add("%s AS MATERIALIZED (%s)".formatted(name, sql));
      names.put(faults, name);
      return name;
    }

    private String orphans(
        RuledTable table, SetRule.Reference reference, String kept, Set<TableName> above) {
      Optional<RuledTable> parent = tables.apply(reference.table());
      if (parent.isEmpty()) {
        throw new IllegalArgumentException(
            "expected a table of the source whose rows go to %s, found none"
                .formatted(reference.table()));
      }
      boolean self = parent.get().source().equals(table.source());
      String children =
          "SELECT kept.ctid AS place, %s%s FROM %s AS kept WHERE %s"
              .formatted(
                  named(table, reference.columns(), "child_"),
                  self ? ", " + named(table, reference.referenced(), "parent_") : "",
                  table.from(),
                  kept);
      String present =
          IntStream.range(0, reference.columns().size())
              .mapToObj("child.child_%d IS NOT NULL"::formatted)
              .collect(Collectors.joining(" AND "));
      if (self) {
        return ("WITH RECURSIVE children AS MATERIALIZED (%s), gone AS (SELECT child.* FROM"
                + " children AS child WHERE %s AND NOT EXISTS (SELECT 1 FROM children AS parent"
                + " WHERE %s) UNION SELECT child.* FROM children AS child JOIN gone AS parent"
                + " ON %s) SELECT gone.place FROM gone")
            .formatted(children, present, matches(reference), matches(reference));
      }
      Set<TableName> path = new TreeSet<>(above);
      boolean again = !path.add(parent.get().source());
      String parents =
          "SELECT %s FROM %s AS kept WHERE %s"
              .formatted(
                  named(parent.get(), reference.referenced(), "parent_"),
                  parent.get().from(),
                  kept(parent.get(), again ? List.of() : ordered(parent.get()), path));
      return "SELECT child.place FROM (%s) AS child WHERE %s AND NOT EXISTS (SELECT 1 FROM (%s) AS parent WHERE %s)"
          .formatted(children, present, parents, matches(reference));
    }
  }
}
