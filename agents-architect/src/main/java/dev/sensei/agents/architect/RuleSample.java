package dev.sensei.agents.architect;

import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableReading;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.TableName;
import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.GuardedColumn;
import dev.sensei.databases.rules.Remedy;
import dev.sensei.databases.rules.RowMarks;
import dev.sensei.databases.rules.RowsAtFault;
import dev.sensei.databases.rules.RuledTable;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.databases.rules.ValueRule;
import dev.sensei.databases.rules.ValueType;
import dev.sensei.schemas.common.DeclaredRule;
import dev.sensei.schemas.common.FailureClass;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks at a plan's rules on the source, which is only read: has the server read what a person
 * wrote in them, and counts the rows of a bounded sample that do not keep them. No value leaves the
 * source.
 */
final class RuleSample {
  /** The most rows of a table that are looked at. */
  static final int ROWS = 10_000;

  /** Tables up to this size are looked at as a whole for what rows have to keep together. */
  private static final long WHOLE_ROWS = 100_000;

  private static final Duration STATEMENT_LIMIT = Duration.ofSeconds(10);

  /** How long all tables together may take; those that are left are named. */
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private static final String CANCELLED = "57014";

  private final Connection source;

  /**
   * A look at the source.
   *
   * @param source a session of its own, which is pinned and made read-only
   */
  RuleSample(Connection source) throws SQLException {
    this.source = source;
    CanonicalSession.pin(source);
    source.setReadOnly(true);
    try (Statement statement = source.createStatement()) {
      statement.execute("SET statement_timeout = " + STATEMENT_LIMIT.toMillis());
    }
  }

  /**
   * What was counted of a rule.
   *
   * @param table the source's table
   * @param check what was counted of a value; empty for a rule over rows
   * @param setRule the rule over rows; empty for one of values
   * @param broken rows that do not keep it
   * @param sampled rows that were looked at
   */
  record Count(
      TableName table,
      Optional<GuardedColumn.Check> check,
      Optional<SetRule> setRule,
      long broken,
      long sampled) {}

  /**
   * What came of a look at all tables.
   *
   * @param counts of rules that some row does not keep
   * @param unseen lines of tables that could not be looked at
   */
  record Seen(List<Count> counts, List<String> unseen) {}

  /**
   * The first rule whose literals or expressions the server does not read, or reads as something
   * else than was written.
   */
  Optional<PlanOutcome.Refused> unreadable(Collection<TablePlan> plans, List<DeclaredRule> declared)
      throws SQLException {
    Optional<PlanOutcome.Refused> unread = unread(plans);
    return unread.isPresent() ? unread : changed(plans, declared);
  }

  private Optional<PlanOutcome.Refused> unread(Collection<TablePlan> plans) throws SQLException {
    for (TablePlan plan : plans) {
      for (ColumnMapping column : plan.columns()) {
        for (ColumnRule rule : column.rules()) {
          for (String written : written(rule, column.targetType())) {
            Optional<String> state = refusedBy(written);
            if (state.isPresent()) {
              String name = plan.source() + "." + SqlIdentifier.quoteWhereNeeded(column.target());
              return Optional.of(
                  new PlanOutcome.Refused(
                      FailureClass.CONFIGURATION,
                      "RULE_UNREADABLE",
                      "%s: the source's server does not read what %s is given (SQLSTATE %s); write it as PostgreSQL does"
                          .formatted(name, rule.rule().name(), state.get()),
                      name));
            }
          }
        }
      }
    }
    return Optional.empty();
  }

  /** A cast cuts off and rounds what does not fit, and says nothing. */
  private Optional<PlanOutcome.Refused> changed(
      Collection<TablePlan> plans, List<DeclaredRule> declared) throws SQLException {
    for (DeclaredRule rule : declared) {
      Optional<ValueType> type =
          plans.stream()
              .filter(plan -> plan.source().toString().equals(rule.getTable()))
              .flatMap(plan -> plan.columns().stream())
              .filter(column -> column.target().equals(rule.getColumns().getFirst()))
              .map(column -> ValueType.of(column.targetType()))
              .filter(found -> found.first().isPresent())
              .findFirst();
      String literal = rule.getDefaultValue();
      if (literal != null && type.isPresent() && changes(literal, type.get())) {
        String name =
            rule.getTable() + "." + SqlIdentifier.quoteWhereNeeded(rule.getColumns().getFirst());
        return Optional.of(
            new PlanOutcome.Refused(
                FailureClass.CONFIGURATION,
                "RULE_DEFAULT_CHANGES",
                "expected a default for %s that %s holds as it is written, found one that it cuts off or rounds; give another one"
                    .formatted(name, type.get().written()),
                name));
      }
    }
    return Optional.empty();
  }

  private boolean changes(String literal, ValueType type) throws SQLException {
    String quoted = SqlLiteral.quote(literal);
    String whole = type.unbounded();
    try (Statement statement = source.createStatement()) {
      statement.setEscapeProcessing(false);
      try (ResultSet row =
          statement.executeQuery(
              "SELECT %s::%s IS DISTINCT FROM %1$s::%s::%2$s"
                  .formatted(quoted, whole, type.written()))) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static List<String> written(ColumnRule rule, String type) {
    List<String> written = new ArrayList<>();
    switch (rule.rule()) {
      case ValueRule.Pattern(String regex) -> written.add("'' ~ " + SqlLiteral.quote(regex));
      case ValueRule.Range range ->
          Stream.concat(range.least().stream(), range.most().stream())
              .forEach(limit -> written.add(SqlLiteral.quote(limit) + "::" + type));
      case ValueRule.NotNull notNull -> {}
      case ValueRule.MaxLength length -> {}
      case ValueRule.FitsType fits -> {}
      case ValueRule.NoNulBytes none -> {}
    }
    if (rule.remedy() instanceof Remedy.UseDefault(String sql)) {
      written.add(sql);
    }
    return written;
  }

  private Optional<String> refusedBy(String expression) throws SQLException {
    try (Statement statement = source.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute("SELECT " + expression);
      return Optional.empty();
    } catch (SQLException refused) {
      String state = String.valueOf(refused.getSQLState());
      if (state.startsWith("22") || state.startsWith("42")) {
        return Optional.of(state);
      }
      throw refused;
    }
  }

  /** Counts, table by table, what does not keep its rules. */
  Seen look(Collection<TablePlan> plans) {
    Map<TableName, RuledTable> byTarget =
        plans.stream()
            .collect(Collectors.toMap(TablePlan::target, TableReading::ruled, (a, b) -> a));
    RowsAtFault faults = new RowsAtFault(name -> Optional.ofNullable(byTarget.get(name)));
    Instant end = Instant.now().plus(LIMIT);
    List<Count> counts = new ArrayList<>();
    List<String> unseen = new ArrayList<>();
    for (TablePlan plan : plans) {
      if (!plan.hasRules() || !plan.definition().holdsRows()) {
        continue;
      }
      if (Instant.now().isAfter(end)) {
        unseen.add(
            "%s: not looked at for rows that do not keep its rules; the tables before it took all the time there is"
                .formatted(plan.source()));
        continue;
      }
      try {
        counts.addAll(values(plan));
        if (plan.rowEstimate() <= WHOLE_ROWS) {
          counts.addAll(rows(plan, faults));
        }
      } catch (SQLException failed) {
        unseen.add(notSeen(plan, String.valueOf(failed.getSQLState())));
      }
    }
    return new Seen(counts, unseen);
  }

  /** Of the server's error only its state goes on: its message quotes values. */
  private static String notSeen(TablePlan plan, String state) {
    return state.equals(CANCELLED)
        ? "%s: rows that do not keep its rules were not counted; a look at %,d of them took longer than %d s"
            .formatted(plan.source(), ROWS, STATEMENT_LIMIT.toSeconds())
        : "%s: rows that do not keep its rules were not counted; the source's server said %s"
            .formatted(plan.source(), state);
  }

  private List<Count> values(TablePlan plan) throws SQLException {
    List<GuardedColumn.Check> checks = TableReading.guarded(plan).marks().checks();
    if (checks.isEmpty()) {
      return List.of();
    }
    String counted =
        checks.stream()
            .map(check -> ", count(*) FILTER (WHERE " + RowMarks.isSet(check) + ")")
            .collect(Collectors.joining());
    String sql =
        "SELECT count(*)%s FROM (SELECT * FROM ONLY %s%s LIMIT %d) AS sampled"
            .formatted(counted, plan.source().quoted(), spread(plan.rowEstimate()), ROWS);
    List<Count> found = new ArrayList<>();
    try (Statement statement = source.createStatement()) {
      statement.setEscapeProcessing(false);
      try (ResultSet row = statement.executeQuery(sql)) {
        row.next();
        for (int at = 0; at < checks.size(); at++) {
          if (row.getLong(at + 2) > 0) {
            found.add(
                new Count(
                    plan.source(),
                    Optional.of(checks.get(at)),
                    Optional.empty(),
                    row.getLong(at + 2),
                    row.getLong(1)));
          }
        }
      }
    }
    return found;
  }

  /** Pages from all over a large table, the same ones whenever they are asked for. */
  private static String spread(long rows) {
    return rows <= 2L * ROWS
        ? ""
        : String.format(
            Locale.ROOT, " TABLESAMPLE SYSTEM (%.6f) REPEATABLE (0)", 150.0 * ROWS / rows);
  }

  private List<Count> rows(TablePlan plan, RowsAtFault faults) throws SQLException {
    List<Count> found = new ArrayList<>();
    for (SetRule rule : plan.setRules()) {
      String sql =
          "SELECT (SELECT count(*) FROM (%s) AS fault), (SELECT count(*) FROM ONLY %s)"
              .formatted(faults.of(TableReading.ruled(plan), rule), plan.source().quoted());
      try (Statement statement = source.createStatement()) {
        statement.setEscapeProcessing(false);
        try (ResultSet row = statement.executeQuery(sql)) {
          row.next();
          if (row.getLong(1) > 0) {
            found.add(
                new Count(
                    plan.source(),
                    Optional.empty(),
                    Optional.of(rule),
                    row.getLong(1),
                    row.getLong(2)));
          }
        }
      }
    }
    return found;
  }
}
