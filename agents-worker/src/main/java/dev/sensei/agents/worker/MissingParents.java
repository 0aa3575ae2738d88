package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableReading;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.databases.ledger.ErrorQueue;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.schemas.task.ResolveErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rows that a late row refers to and the target lacks: they are fetched from the source as it is
 * now, with what they refer to themselves, in the transaction that writes the late row. Each is put
 * into the error queue as fetched, so that the Validator knows it.
 *
 * <p>A row that is in the queue is not fetched past it: what becomes of it was, or will be, decided
 * about itself.
 */
final class MissingParents {
  /** Rows that are fetched for one. */
  private static final int MOST = 1_000;

  private final SetAside setAside;
  private final LateRow lateRow;
  private final ApprovedPlan plan;
  private final ResolveErrors task;
  private final List<QueuedRow> queued;
  private final PlannedReferences references;

  MissingParents(
      SetAside setAside,
      LateRow lateRow,
      ApprovedPlan plan,
      ResolveErrors task,
      List<QueuedRow> queued) {
    this.setAside = setAside;
    this.lateRow = lateRow;
    this.plan = plan;
    this.task = task;
    this.queued = queued;
    this.references = new PlannedReferences(plan);
  }

  /**
   * What rows of a table refer to.
   *
   * @param columns the target's columns
   * @param types theirs
   * @param table the target's table that they refer to
   * @param referenced its columns, in the same order
   * @param name the foreign key's, or the rule by its text
   * @param declared whether a person declared it, so that nobody but the worker holds it
   */
  private record Need(
      List<String> columns,
      List<String> types,
      TableName table,
      List<String> referenced,
      String name,
      boolean declared) {}

  /** A row of the source, by the number of its table. */
  private record Place(int table, RowLocator locator) {}

  /**
   * Fetches what a row lacks.
   *
   * @param place where the row stands in the source, as the session sees it
   * @throws dev.sensei.databases.errors.DatabaseException where a row that is fetched is not taken,
   *     or one that a rule of a person asks for is not there
   */
  void fetch(Connection source, Connection target, TableTask table, RowLocator place)
      throws SQLException {
    fetch(source, target, table, place, new HashSet<>());
  }

  private void fetch(
      Connection source, Connection target, TableTask table, RowLocator place, Set<Place> seen)
      throws SQLException {
    seen.add(new Place(table.plan().index(), place));
    for (Need need : needs(table.plan())) {
      Optional<List<String>> values = values(source, table.plan(), need.columns(), place);
      if (values.isEmpty() || isThere(target, need, values.get())) {
        continue;
      }
      boolean written =
          seen.size() < MOST && fetch(source, target, table, need, values.get(), seen);
      if (!written && need.declared()) {
        throw DatabaseErrors.rowAtFault("writing a row to " + table.plan().target(), why(need));
      }
    }
  }

  private static ErrorFields why(Need need) {
    return new ErrorFields(
        TableBuild.FOREIGN_KEY_VIOLATION,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(need.name()),
        Optional.empty());
  }

  private boolean fetch(
      Connection source,
      Connection target,
      TableTask child,
      Need need,
      List<String> values,
      Set<Place> seen)
      throws SQLException {
    for (TablePlan part : references.partsOf(need.table())) {
      if (plan.joinsOthers(part)) {
        continue;
      }
      Optional<RowLocator> place = place(source, part, need, values);
      if (place.isEmpty() || seen.contains(new Place(part.index(), place.get()))) {
        continue;
      }
      TableTask parent = RefusedInside.held(target, child.of(part), task);
      ErrorQueue.Entry entry = entry(source, parent, new RowFault(place.get(), why(need)));
      if (isQueued(parent, entry)) {
        continue;
      }
      fetch(source, target, parent, place.get(), seen);
      if (!isThere(target, need, values)) {
        write(source, target, parent, entry);
      }
      return true;
    }
    return false;
  }

  private void write(Connection source, Connection target, TableTask parent, ErrorQueue.Entry entry)
      throws SQLException {
    if (!ErrorQueue.fetched(
        target,
        parent.key(),
        parent.plan().index(),
        parent.epoch(),
        entry,
        task.getResolution().getRequestedBy())) {
      throw DatabaseErrors.rowAtFault(
          "putting a row of %s into the error queue".formatted(parent.table()),
          entry.fault().fields());
    }
    boolean _ = lateRow.write(source, target, parent, entry.fault().locator());
  }

  private ErrorQueue.Entry entry(Connection source, TableTask parent, RowFault fault) {
    try {
      return setAside.entry(source, parent, fault, setAside.cipher(parent));
    } catch (TaskFailure noKey) {
      throw new RefusedInside(noKey);
    }
  }

  /** Whether a person decides, or decided, about the row with this key. */
  private boolean isQueued(TableTask parent, ErrorQueue.Entry entry) {
    return queued.stream()
        .anyMatch(
            row ->
                row.tableIndex() == parent.plan().index()
                    && row.epoch() == parent.epoch()
                    && row.keyHash().equals(entry.keyHash())
                    && !row.isTaken());
  }

  /** What the target's foreign keys and the plan's rules ask of a table's rows. */
  private List<Need> needs(TablePlan table) {
    List<Need> needs = new ArrayList<>();
    for (Optional<TablePlan> at = Optional.of(table); at.isPresent(); at = above(at.get())) {
      for (ForeignKey key : at.get().definition().foreignKeys()) {
        needs.add(
            new Need(
                key.columns(),
                types(table, key.columns()),
                key.referencedTable(),
                key.referencedColumns(),
                key.name(),
                false));
      }
    }
    for (SetRule rule : plan.reading(table).setRules()) {
      if (rule instanceof SetRule.Reference reference
          && reference.origin() == ColumnRule.Origin.PERSON) {
        needs.add(
            new Need(
                reference.columns(),
                types(table, reference.columns()),
                reference.table(),
                reference.referenced(),
                reference.text(),
                true));
      }
    }
    return needs;
  }

  private static List<String> types(TablePlan table, List<String> columns) {
    return columns.stream()
        .map(name -> table.definition().column(name).map(Column::type).orElse(""))
        .toList();
  }

  private Optional<TablePlan> above(TablePlan table) {
    return table
        .definition()
        .partition()
        .map(Partition::parent)
        .flatMap(
            name -> plan.tables().stream().filter(each -> each.target().equals(name)).findFirst());
  }

  /** The text of a row's values in the target; empty where one is NULL, and it refers to none. */
  private Optional<List<String>> values(
      Connection source, TablePlan table, List<String> columns, RowLocator place)
      throws SQLException {
    TableReading reading = plan.reading(table);
    Set<String> copied =
        table.columns().stream().map(ColumnMapping::target).collect(Collectors.toSet());
    if (!copied.containsAll(columns)) {
      return Optional.empty();
    }
    String texts =
        columns.stream()
            .map(column -> "(%s)::pg_catalog.text".formatted(reading.compareSql(column)))
            .collect(Collectors.joining(", "));
    return first(
            source,
            "SELECT %s FROM ONLY %s WHERE %s"
                .formatted(texts, table.source().quoted(), RowLocator.in(List.of(place))),
            columns.size())
        .stream()
        .findFirst()
        .filter(values -> values.stream().allMatch(Optional::isPresent))
        .map(values -> values.stream().flatMap(Optional::stream).toList());
  }

  private boolean isThere(Connection target, Need need, List<String> values) throws SQLException {
    if (references.partsOf(need.table()).isEmpty()) {
      // No table of the migration: the target may have the row, and says so where it is asked.
      return !need.declared();
    }
    String condition =
        IntStream.range(0, values.size())
            .mapToObj(
                at ->
                    equal(
                        SqlIdentifier.quote(need.referenced().get(at)),
                        need.types().get(at),
                        values.get(at)))
            .collect(Collectors.joining(" AND "));
    return !first(
            target,
            "SELECT 1 FROM %s WHERE %s LIMIT 1".formatted(references.from(need.table()), condition),
            1)
        .isEmpty();
  }

  /** Where the one row stands in the source that has these values in the target's columns. */
  private Optional<RowLocator> place(
      Connection source, TablePlan part, Need need, List<String> values) throws SQLException {
    TableReading reading = plan.reading(part);
    List<String> conditions = new ArrayList<>();
    for (int at = 0; at < values.size(); at++) {
      String name = need.referenced().get(at);
      Optional<ColumnMapping> column =
          part.columns().stream().filter(each -> each.target().equals(name)).findFirst();
      if (column.isEmpty()) {
        return Optional.empty();
      }
      boolean asItIs =
          column.get().expression().isEmpty()
              && column.get().sourceType().equals(column.get().targetType())
              && column.get().rules().isEmpty();
      conditions.add(
          asItIs
              ? equal(
                  SqlIdentifier.quote(column.get().source()), need.types().get(at), values.get(at))
              : equalText(reading.compareSql(name), values.get(at)));
    }
    List<List<Optional<String>>> found =
        first(
            source,
            "SELECT ctid::text FROM ONLY %s WHERE %s LIMIT 2"
                .formatted(part.source().quoted(), String.join(" AND ", conditions)),
            1);
    return found.size() == 1
        ? found.getFirst().getFirst().map(RowLocator::parse)
        : Optional.empty();
  }

  /**
   * By the server's own notion of values of its own types, which an index serves; else by the text.
   *
   * @param type of what refers
   */
  private static String equal(String sql, String type, String text) {
    return type.isEmpty() || type.contains(".")
        ? equalText(sql, text)
        : "%s OPERATOR(pg_catalog.=) %s::%s".formatted(sql, SqlLiteral.quote(text), type);
  }

  private static String equalText(String sql, String text) {
    return "(%s)::pg_catalog.text COLLATE \"C\" OPERATOR(pg_catalog.=) %s"
        .formatted(sql, SqlLiteral.quote(text));
  }

  private static List<List<Optional<String>>> first(Connection session, String sql, int columns)
      throws SQLException {
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
    }
    return rows;
  }
}
