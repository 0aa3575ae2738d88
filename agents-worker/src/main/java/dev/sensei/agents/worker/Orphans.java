package dev.sensei.agents.worker;

import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.worker.PlannedReferences.Reference;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.catalog.ForeignKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rows of the target that refer to rows which are not there, by the foreign key's own notion of
 * equality. Methods run in the transaction that the session is in, and throw what JDBC throws.
 */
final class Orphans {
  private static final String CONSTRAINT =
      """
      SELECT c.convalidated, ARRAY(
          SELECT 'OPERATOR(' || pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || ')'
          FROM pg_catalog.unnest(c.conpfeqop) WITH ORDINALITY AS u (op, at)
          JOIN pg_catalog.pg_operator o ON o.oid = u.op
          JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
          ORDER BY u.at)
      FROM pg_catalog.pg_constraint c
      WHERE c.contype = 'f' AND c.conrelid = pg_catalog.to_regclass(?) AND c.conname = ?
      """;

  private final PlannedReferences references;
  private final Map<Reference, Optional<Made>> seen = new HashMap<>();

  Orphans(PlannedReferences references) {
    this.references = references;
  }

  /**
   * A foreign key as the target has it.
   *
   * @param validated whether all rows keep it
   * @param operators what compares a row that is referred to with one that refers, by column
   */
  record Made(boolean validated, List<String> operators) {}

  /** The foreign key as the target had it when it was asked first; empty where it was not there. */
  Optional<Made> made(Connection target, Reference reference) throws SQLException {
    Optional<Made> known = seen.get(reference);
    if (known == null) {
      known = read(target, reference);
      seen.put(reference, known);
    }
    return known;
  }

  private static Optional<Made> read(Connection target, Reference reference) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(CONSTRAINT)) {
      statement.setString(1, reference.table().target().quoted());
      statement.setString(2, reference.key().name());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Made(row.getBoolean(1), List.of((String[]) row.getArray(2).getArray())))
            : Optional.empty();
      }
    }
  }

  /** How many rows of a table lack what a foreign key refers to, counted up to a limit. */
  long count(Connection target, Reference reference, TablePlan part, long most)
      throws SQLException {
    String sql =
        "SELECT count(*) FROM (SELECT 1 FROM ONLY %s AS child WHERE %s LIMIT %d) AS orphan"
            .formatted(part.target().quoted(), condition(target, reference), most);
    try (Statement statement = target.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * Takes those rows away.
   *
   * @return the text of each one's values in these columns
   */
  List<List<String>> delete(
      Connection target, Reference reference, TablePlan part, List<String> columns)
      throws SQLException {
    String sql =
        "DELETE FROM ONLY %s AS child WHERE %s RETURNING %s"
            .formatted(
                part.target().quoted(),
                condition(target, reference),
                columns.stream()
                    .map(column -> "child.%s::text".formatted(SqlIdentifier.quote(column)))
                    .collect(Collectors.joining(", ")));
    List<List<String>> deleted = new ArrayList<>();
    try (Statement statement = target.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        List<String> values = new ArrayList<>();
        for (int at = 1; at <= columns.size(); at++) {
          values.add(row.getString(at));
        }
        deleted.add(values);
      }
    }
    return deleted;
  }

  /** By MATCH SIMPLE a row with a NULL refers to none, by MATCH FULL only one of NULLs alone. */
  private String condition(Connection target, Reference reference) throws SQLException {
    ForeignKey key = reference.key();
    List<String> operators =
        made(target, reference)
            .map(Made::operators)
            .orElseGet(() -> key.columns().stream().map(_ -> "=").toList());
    String present =
        key.columns().stream()
            .map(column -> "child.%s IS NOT NULL".formatted(SqlIdentifier.quote(column)))
            .collect(
                Collectors.joining(
                    key.definition().contains(" MATCH FULL") ? " OR " : " AND ", "(", ")"));
    String matches =
        IntStream.range(0, key.columns().size())
            .mapToObj(
                at ->
                    "parent.%s %s child.%s"
                        .formatted(
                            SqlIdentifier.quote(key.referencedColumns().get(at)),
                            operators.get(at),
                            SqlIdentifier.quote(key.columns().get(at))))
            .collect(Collectors.joining(" AND "));
    return "%s AND NOT EXISTS (SELECT 1 FROM %s AS parent WHERE %s)"
        .formatted(present, references.from(key.referencedTable()), matches);
  }
}
