package dev.sensei.agents.architect.mapping;

import dev.sensei.agents.plan.MigrationPlan.MovedSequence;
import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.Table;
import dev.sensei.schemas.common.TableMapping;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A source as it is to be in the target: its catalog under the declared names, and where each
 * table's rows come from.
 *
 * @param catalog what the target has to have, by the names that it has there
 * @param origins where rows come from, by the table's name in the target
 * @param exceptions what cannot follow
 * @param risks what may go wrong, one line each
 * @param movedSequences sequences that have another name in the target
 */
public record MappedSource(
    Catalog catalog,
    Map<TableName, TableOrigin> origins,
    List<NotCarried> exceptions,
    List<String> risks,
    List<MovedSequence> movedSequences) {
  public MappedSource {
    origins = Map.copyOf(origins);
    exceptions = List.copyOf(exceptions);
    risks = List.copyOf(risks);
    movedSequences = List.copyOf(movedSequences);
  }

  /** A source of which nothing is said. */
  public static MappedSource unchanged(Catalog source) {
    Map<TableName, TableOrigin> origins = new HashMap<>();
    for (Table table : source.tables()) {
      Map<String, ColumnOrigin> columns = new HashMap<>();
      for (Column column : table.columns()) {
        columns.put(
            column.name(), new ColumnOrigin(column.name(), column.type(), Optional.empty(), false));
      }
      origins.put(table.name(), new TableOrigin(table.name(), columns, List.of()));
    }
    return new MappedSource(source, origins, List.of(), List.of(), List.of());
  }

  /**
   * A source with what a person declared of it, tried on the source first.
   *
   * @param connection a session of the source, committing by itself; it is only read
   * @param declared the mappings
   * @param source the catalog of what is in scope
   * @param target the target's catalog
   * @param faults whether rows whose values cannot be cast are dealt with
   * @throws MappingRefused where they cannot be carried out
   * @throws dev.sensei.databases.errors.DatabaseException where the source fails
   */
  public static MappedSource of(
      Connection connection,
      List<TableMapping> declared,
      Catalog source,
      Catalog target,
      CastFaults faults)
      throws MappingRefused {
    List<MappedTable> tables = Declarations.apply(declared, source);
    fitting(tables, target);
    SourceAnswers answers = SourceTrial.ask(connection, source, target, tables, faults);
    Losses losses = new Losses();
    WantedCatalog wanted = new WantedCatalog(source, target, tables, answers, losses);
    Catalog catalog = wanted.catalog();
    Map<TableName, TableOrigin> origins = new HashMap<>();
    tables.forEach(table -> origins.put(table.target(), origin(table, answers)));
    List<String> risks = new ArrayList<>(answers.risks());
    risks.addAll(losses.risks());
    return new MappedSource(
        catalog,
        origins,
        losses.exceptions(),
        risks,
        wanted.changes().movedSequences().entrySet().stream()
            .map(moved -> new MovedSequence(moved.getKey(), moved.getValue()))
            .sorted(Comparator.comparing(MovedSequence::source))
            .toList());
  }

  private static void fitting(List<MappedTable> tables, Catalog target) throws MappingRefused {
    for (MappedTable table : tables) {
      Optional<Table> there =
          target.table(table.target()).filter(each -> table.declared() || table.renamed());
      if (there.isPresent()) {
        filled(table, there.get());
      }
    }
  }

  /** What is declared of a column has a column of the target that takes it. */
  private static void filled(MappedTable table, Table there) throws MappingRefused {
    for (MappedColumn column : table.columns()) {
      Optional<Column> to = there.column(column.target());
      boolean computedOnBothSides =
          column.expression().isEmpty()
              && column.source().filter(from -> from.generated().isPresent()).isPresent();
      if (column.declared() && to.isEmpty()) {
        throw new MappingRefused(
            "UNKNOWN_TARGET_COLUMN",
            table.named(column),
            "expected a column %s in %s, which is in the target, since the mapping of %s fills it, found none; correct the name, or add the column there"
                .formatted(
                    SqlIdentifier.quoteWhereNeeded(column.target()),
                    table.target(),
                    table.source().name()));
      }
      if (column.declared()
          && !computedOnBothSides
          && to.filter(each -> each.generated().isPresent()).isPresent()) {
        throw new MappingRefused(
            "COMPUTED_IN_TARGET",
            table.named(column),
            "expected column %s of the target to take values, since the mapping of %s fills it, found that the target computes it; drop the column in the mapping, or make it a plain one there"
                .formatted(table.named(column), table.source().name()));
      }
    }
  }

  private static TableOrigin origin(MappedTable table, SourceAnswers answers) {
    Map<String, ColumnOrigin> columns = new HashMap<>();
    for (MappedColumn column : table.columns()) {
      columns.put(
          column.target(),
          new ColumnOrigin(
              column.sourceName(),
              answers
                  .reading(table, column)
                  .map(Reading::valueType)
                  .or(() -> column.source().map(Column::type))
                  .orElse(""),
              column.expression(),
              column.declared()));
    }
    List<ColumnOrigin> dropped =
        table.source().columns().stream()
            .filter(column -> table.of(column.name()).isEmpty())
            .map(column -> new ColumnOrigin(column.name(), column.type(), Optional.empty(), true))
            .toList();
    return new TableOrigin(table.source().name(), columns, dropped);
  }
}
