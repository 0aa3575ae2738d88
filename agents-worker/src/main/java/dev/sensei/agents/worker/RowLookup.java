package dev.sensei.agents.worker;

import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableReading;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.rules.SetRule;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Looks for single rows by their values, in transactions of source and target. A look that the
 * server refuses, since values of such types are not compared, finds nothing and breaks no
 * transaction.
 */
final class RowLookup {
  private static final Set<String> INTEGERS = Set.of("smallint", "integer", "bigint");

  private final ApprovedPlan plan;
  private final PlannedReferences references;
  private final Orphans foreignKeys;

  RowLookup(ApprovedPlan plan, PlannedReferences references) {
    this.plan = plan;
    this.references = references;
    this.foreignKeys = new Orphans(references);
  }

  /** The text of a row's values as they are written; empty where one is NULL, or not copied. */
  Optional<List<String>> values(
      Connection source, TablePlan table, List<String> columns, RowLocator place)
      throws SQLException {
    List<String> texts = new ArrayList<>();
    for (String column : columns) {
      Optional<String> written = written(table, column);
      if (written.isEmpty()) {
        return Optional.empty();
      }
      texts.add("(%s)::pg_catalog.text".formatted(written.get()));
    }
    return rows(
            source,
            "SELECT %s FROM ONLY %s WHERE %s"
                .formatted(
                    String.join(", ", texts),
                    table.source().quoted(),
                    RowLocator.in(List.of(place))),
            columns.size())
        .stream()
        .findFirst()
        .filter(values -> values.stream().allMatch(Optional::isPresent))
        .map(values -> values.stream().flatMap(Optional::stream).toList());
  }

  /** What is written to a column of the target, over a row of the source. */
  private Optional<String> written(TablePlan table, String column) {
    return plan.reading(table).columns().stream()
        .filter(each -> each.target().equals(column))
        .map(TableReading.Column::copySql)
        .findFirst();
  }

  /** Whether the target has what a row needs. */
  boolean isThere(Connection target, RowNeed need, List<String> values) throws SQLException {
    if (references.partsOf(need.table()).isEmpty()) {
      // No table of the migration: the target may have the row, and says so where it is asked.
      return !need.declared();
    }
    Optional<List<String>> operators = Optional.empty();
    if (need.key().isPresent()) {
      operators = foreignKeys.made(target, need.key().get()).map(Orphans.Made::operators);
    }
    List<String> conditions = new ArrayList<>();
    for (int at = 0; at < values.size(); at++) {
      String name = SqlIdentifier.quote(need.referenced().get(at));
      String type = need.types().get(at);
      conditions.add(
          operators.isPresent()
              ? "%s %s %s::%s"
                  .formatted(name, operators.get().get(at), SqlLiteral.quote(values.get(at)), type)
              : equal(name, type, values.get(at)));
    }
    return exists(target, references.from(need.table()), conditions);
  }

  /** Whether the target has a row with these values in columns of a table. */
  boolean isThere(Connection target, TablePlan table, SetRule.Unique rule, List<String> values)
      throws SQLException {
    return exists(
        target,
        "ONLY " + table.target().quoted(),
        IntStream.range(0, values.size())
            .mapToObj(
                at -> {
                  String name = rule.columns().get(at);
                  return equal(
                      SqlIdentifier.quote(name),
                      table.definition().column(name).map(Column::type).orElse(""),
                      values.get(at));
                })
            .toList());
  }

  private static boolean exists(Connection target, String from, List<String> conditions)
      throws SQLException {
    return !rows(
            target,
            "SELECT 1 FROM %s WHERE %s LIMIT 1".formatted(from, String.join(" AND ", conditions)),
            1)
        .isEmpty();
  }

  /** Where the one row of a table stands in the source that would be what a row needs. */
  Optional<RowLocator> place(Connection source, TablePlan part, RowNeed need, List<String> values)
      throws SQLException {
    List<String> conditions = new ArrayList<>();
    for (int at = 0; at < values.size(); at++) {
      String name = need.referenced().get(at);
      Optional<ColumnMapping> column =
          part.columns().stream().filter(each -> each.target().equals(name)).findFirst();
      if (column.isEmpty()) {
        return Optional.empty();
      }
      conditions.add(
          isItself(column.get())
              ? equal(
                  SqlIdentifier.quote(column.get().source()), need.types().get(at), values.get(at))
              : equal(
                  "(%s)::%s"
                      .formatted(written(part, name).orElseThrow(), column.get().targetType()),
                  need.types().get(at),
                  values.get(at)));
    }
    List<List<Optional<String>>> found =
        rows(
            source,
            "SELECT ctid::text FROM ONLY %s WHERE %s LIMIT 2"
                .formatted(part.source().quoted(), String.join(" AND ", conditions)),
            1);
    return found.size() == 1
        ? found.getFirst().getFirst().map(RowLocator::parse)
        : Optional.empty();
  }

  /** Whether the source's column has the value as it is written, so that an index may find it. */
  private static boolean isItself(ColumnMapping column) {
    return column.expression().isEmpty()
        && column.rules().isEmpty()
        && (column.sourceType().equals(column.targetType())
            || (INTEGERS.contains(column.sourceType()) && INTEGERS.contains(column.targetType())));
  }

  /**
   * By the server's own notion of values of its own types, which an index serves; else by the text.
   *
   * @param type of what refers
   */
  private static String equal(String sql, String type, String text) {
    return type.isEmpty() || type.contains(".")
        ? "(%s)::pg_catalog.text COLLATE \"C\" OPERATOR(pg_catalog.=) %s"
            .formatted(sql, SqlLiteral.quote(text))
        : "%s OPERATOR(pg_catalog.=) %s::%s".formatted(sql, SqlLiteral.quote(text), type);
  }

  private static List<List<Optional<String>>> rows(Connection session, String sql, int columns)
      throws SQLException {
    Savepoint before = session.setSavepoint();
    List<List<Optional<String>>> rows = new ArrayList<>();
    try (Statement statement = session.createStatement()) {
      // Expressions may hold braces, which JDBC would take for its own escapes.
      statement.setEscapeProcessing(false);
      try (ResultSet row = statement.executeQuery(sql)) {
        while (row.next()) {
          List<Optional<String>> values = new ArrayList<>();
          for (int at = 1; at <= columns; at++) {
            values.add(Optional.ofNullable(row.getString(at)));
          }
          rows.add(values);
        }
      }
      session.releaseSavepoint(before);
      return rows;
    } catch (SQLException refused) {
      if (!isRefusedByItsTypes(refused)) {
        throw refused;
      }
      session.rollback(before);
      return List.of();
    }
  }

  private static boolean isRefusedByItsTypes(SQLException refused) {
    return Optional.ofNullable(refused.getSQLState()).stream()
        .anyMatch(state -> state.startsWith("22") || state.startsWith("42"));
  }
}
