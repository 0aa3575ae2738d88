package dev.sensei.agents.worker;

import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableReading;
import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Key;
import dev.sensei.databases.copy.RowLocator;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds in the source what rows of the target were read from. */
final class SourceRows {
  private SourceRows() {}

  /**
   * The target's columns by which rows with a foreign key are told: those of the primary key, or
   * else those of the foreign key, whose values either all of several rows lack a parent for or
   * none.
   */
  static List<String> identifying(TablePlan plan, ForeignKey key) {
    List<String> copied = plan.columns().stream().map(ColumnMapping::target).toList();
    return plan.definition()
        .primaryKey()
        .map(Key::columns)
        .filter(copied::containsAll)
        .orElse(key.columns());
  }

  /**
   * Where the rows stand whose values have these texts in the target.
   *
   * @param source a session on the snapshot
   * @param columns of the target
   * @param values of each row, in the order of the columns
   */
  static List<RowLocator> places(
      Connection source,
      TableReading reading,
      TablePlan plan,
      List<String> columns,
      List<List<String>> values)
      throws SQLException {
    String texts =
        columns.stream()
            .map(
                column ->
                    "(%s)::pg_catalog.text COLLATE \"C\"".formatted(reading.compareSql(column)))
            .collect(Collectors.joining(", "));
    String names =
        IntStream.range(0, columns.size())
            .mapToObj("value_%d"::formatted)
            .collect(Collectors.joining(", "));
    String wanted =
        values.stream()
            .distinct()
            .map(
                row ->
                    row.stream()
                        .map(text -> SqlLiteral.quote(text) + "::pg_catalog.text COLLATE \"C\"")
                        .collect(Collectors.joining(", ", "(", ")")))
            .collect(Collectors.joining(", "));
    String sql =
        "SELECT found.place::text FROM (SELECT ctid, %s FROM ONLY %s) AS found (place, %s) JOIN (VALUES %s) AS wanted (%s) USING (%s)"
            .formatted(texts, plan.source().quoted(), names, wanted, names, names);
    List<RowLocator> places = new ArrayList<>();
    try (Statement statement = source.createStatement()) {
      // Expressions may hold braces, which JDBC would take for its own escapes.
      statement.setEscapeProcessing(false);
      try (ResultSet row = statement.executeQuery(sql)) {
        while (row.next()) {
          places.add(RowLocator.parse(row.getString(1)));
        }
      }
    }
    return places;
  }
}
