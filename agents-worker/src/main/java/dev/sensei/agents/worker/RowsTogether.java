package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.ErrorLimit;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableReading;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.BlockRange;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.KeyRange;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.copy.SingleRows;
import dev.sensei.databases.copy.WholeTable;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.ledger.KnownFaults.KnownFault;
import dev.sensei.databases.rules.EqualRows;
import dev.sensei.databases.rules.RowsAtFault;
import dev.sensei.databases.rules.RuledTable;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.schemas.common.FailureClass;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds the rows that do not keep what rows have to keep together, before a table is copied: a copy
 * sees one row at a time, and a chunk not those of others.
 */
final class RowsTogether {
  private RowsTogether() {}

  /**
   * Asks the source.
   *
   * @param source a session on the snapshot
   * @throws TaskFailure where there are more than can be set aside
   */
  static List<KnownFault> find(Connection source, TableTask table) throws TaskFailure {
    TablePlan plan = table.plan();
    List<SetRule> rules = table.approved().reading(plan).setRules();
    List<KnownFault> found = new ArrayList<>();
    if (rules.isEmpty()) {
      return found;
    }
    Map<TableName, RuledTable> ruled = new TreeMap<>();
    table.approved().tables().forEach(each -> ruled.put(each.target(), TableReading.ruled(each)));
    RowsAtFault queries = new RowsAtFault(name -> Optional.ofNullable(ruled.get(name)));
    for (SetRule rule : rules) {
      if (rule instanceof SetRule.Reference reference && !reference.setsAside()) {
        // The target's foreign key is what fails then.
        continue;
      }
      Optional<String> places = places(source, queries, TableReading.ruled(plan), rule);
      if (places.isEmpty()) {
        continue;
      }
      String sql =
          "SELECT place::text FROM (%s) AS fault LIMIT %d"
              .formatted(places.get(), ErrorLimit.MOST_ROWS + 1);
      DatabaseErrors.run(
          "looking for rows of %s that do not keep a rule".formatted(table.table()),
          () -> {
            try (Statement statement = source.createStatement()) {
              statement.setEscapeProcessing(false);
              try (ResultSet row = statement.executeQuery(sql)) {
                while (row.next()) {
                  found.add(
                      new KnownFault(
                          RowLocator.parse(row.getString(1)),
                          state(rule),
                          rule.text(),
                          kept(rule)));
                }
              }
            }
          });
      if (found.size() > ErrorLimit.MOST_ROWS) {
        throw new TaskFailure(
            FailureClass.DATA,
            state(rule),
            "expected at most %,d rows of %s that do not keep %s, found more: mend them in the source, or take the rule out of the spec"
                .formatted(ErrorLimit.MOST_ROWS, table.table(), rule.text()),
            table.table());
      }
    }
    return found;
  }

  /**
   * The query for the rows that do not keep a rule; empty where it is known that there are none.
   */
  private static Optional<String> places(
      Connection source, RowsAtFault queries, RuledTable table, SetRule rule) {
    return switch (rule) {
      case SetRule.Reference reference -> Optional.of(queries.of(table, reference));
      case SetRule.Unique unique ->
          switch (EqualRows.in(source, queries, table, unique)) {
            case NONE -> Optional.empty();
            case SOME -> Optional.of(queries.amongEqualHashes(table, unique));
            case UNKNOWN -> Optional.of(queries.of(table, unique));
          };
    };
  }

  private static String state(SetRule rule) {
    return switch (rule) {
      case SetRule.Unique unique -> "23505";
      case SetRule.Reference reference -> "23503";
    };
  }

  /** What a rule has done by itself: where one of several rows is kept, the others are left out. */
  private static String kept(SetRule rule) {
    return switch (rule) {
      case SetRule.Unique unique ->
          switch (unique.keep()) {
            case NONE -> "";
            case FIRST -> "keep_first";
            case LAST -> "keep_last";
          };
      case SetRule.Reference reference -> "";
    };
  }

  /** Those of the rows that stand within a chunk's bounds. */
  static List<KnownFault> within(
      Connection source, TableName table, ChunkBounds bounds, List<KnownFault> all) {
    return switch (bounds) {
      case WholeTable whole -> all;
      case BlockRange blocks ->
          all.stream()
              .filter(
                  fault ->
                      fault.locator().block() >= blocks.fromBlock()
                          && fault.locator().block() < blocks.toBlock().orElse(Long.MAX_VALUE))
              .toList();
      case KeyRange keys -> among(source, table, keys, all);
      case SingleRows rows ->
          all.stream().filter(fault -> rows.rows().contains(fault.locator())).toList();
    };
  }

  private static List<KnownFault> among(
      Connection source, TableName table, ChunkBounds bounds, List<KnownFault> all) {
    if (all.isEmpty()) {
      return all;
    }
    Set<RowLocator> inside = new HashSet<>();
    DatabaseErrors.run(
        "looking for rows of " + table,
        () -> {
          try (Statement statement = source.createStatement();
              ResultSet row =
                  statement.executeQuery(
                      "SELECT ctid::text FROM ONLY "
                          + table.quoted()
                          + bounds.whereClause()
                          + (bounds.whereClause().isEmpty() ? " WHERE " : " AND ")
                          + RowLocator.in(all.stream().map(KnownFault::locator).toList()))) {
            while (row.next()) {
              inside.add(RowLocator.parse(row.getString(1)));
            }
          }
        });
    return all.stream().filter(fault -> inside.contains(fault.locator())).toList();
  }
}
