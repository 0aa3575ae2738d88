package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.ColumnUses.Use;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.Table;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is called otherwise in the target, and what is of another type there or computed. */
final class Changes {
  private final Map<TableName, MappedTable> tables = new HashMap<>();
  private final Map<TableName, TableName> sequences = new HashMap<>();
  private final Map<TableName, TableName> indexes = new HashMap<>();
  private final SourceAnswers answers;

  Changes(Catalog source, List<MappedTable> mapped, SourceAnswers answers) {
    this.answers = answers;
    for (MappedTable table : mapped) {
      tables.put(table.source().name(), table);
      String from = table.source().name().schema();
      String to = table.target().schema();
      table.source().indexes().forEach(index -> put(indexes, index.name().name(), from, to));
      table.source().keys().forEach(key -> put(indexes, key.name(), from, to));
    }
    for (Sequence sequence : source.allSequences()) {
      TableName name = sequence.name();
      sequence
          .ownedBy()
          .filter(owner -> column(owner.table(), owner.column()).isPresent())
          .map(owner -> table(owner.table()).schema())
          .filter(schema -> !schema.equals(name.schema()))
          .ifPresent(schema -> put(sequences, name.name(), name.schema(), schema));
    }
  }

  private static void put(Map<TableName, TableName> names, String name, String from, String to) {
    names.put(new TableName(from, name), new TableName(to, name));
  }

  TableName table(TableName source) {
    MappedTable mapped = tables.get(source);
    return mapped == null ? source : mapped.target();
  }

  /** An index follows its table into another schema. */
  TableName index(TableName source) {
    return indexes.getOrDefault(source, source);
  }

  /** A sequence follows the table of the column that owns it. */
  TableName sequence(TableName source) {
    return sequences.getOrDefault(source, source);
  }

  Map<TableName, TableName> movedSequences() {
    return Map.copyOf(sequences);
  }

  /** What a column becomes; absent where it is dropped, or its table is out of scope. */
  Optional<MappedColumn> column(TableName table, String column) {
    return Optional.ofNullable(tables.get(table)).flatMap(mapped -> mapped.of(column));
  }

  boolean renames(TableName table) {
    return !table(table).equals(table);
  }

  boolean drops(TableName table, String column) {
    return tables.containsKey(table) && column(table, column).isEmpty();
  }

  /** Whether a column has another type in the target, or other values. */
  boolean converts(TableName table, String column) {
    return column(table, column)
        .filter(
            mapped ->
                mapped.expression().isPresent()
                    || !type(table, mapped).equals(mapped.source().map(Column::type).orElse("")))
        .isPresent();
  }

  /** Whether a definition that names a column has to be another one in the target. */
  boolean alters(TableName table, String column) {
    return drops(table, column)
        || converts(table, column)
        || column(table, column).filter(mapped -> !mapped.target().equals(column)).isPresent();
  }

  /** Whether any column of a table is altered. */
  boolean altersAny(Table table) {
    return table.columns().stream().anyMatch(column -> alters(table.name(), column.name()));
  }

  /** Whether a row of a table has other columns, fewer or more. */
  boolean reshapes(Table table) {
    MappedTable mapped = tables.get(table.name());
    boolean grows =
        mapped != null && mapped.columns().stream().anyMatch(each -> each.source().isEmpty());
    return grows || altersAny(table);
  }

  /** Whether a definition that names tables and sequences as well as columns has to be another. */
  boolean touches(Collection<Use> uses) {
    return uses.stream()
        .anyMatch(
            use ->
                renames(use.table())
                    || sequences.containsKey(use.table())
                    || (!use.column().isEmpty() && alters(use.table(), use.column())));
  }

  /** The type that a column has in the target. */
  String type(TableName table, MappedColumn column) {
    return Optional.ofNullable(tables.get(table))
        .flatMap(mapped -> answers.reading(mapped, column))
        .map(Reading::targetType)
        .or(() -> column.source().map(Column::type))
        .orElse("");
  }

  /**
   * A default under the new names of sequences; absent where it names one in another way than
   * {@code nextval} does.
   */
  Optional<String> defaultExpression(String expression) {
    for (Map.Entry<TableName, TableName> moved : sequences.entrySet()) {
      String literal = SqlLiteral.quote(answers.written(moved.getKey()));
      if (expression.contains(literal)) {
        return expression.equals("nextval(" + literal + "::regclass)")
            ? Optional.of(
                "nextval(" + SqlLiteral.quote(answers.written(moved.getValue())) + "::regclass)")
            : Optional.empty();
      }
    }
    return Optional.of(expression);
  }
}
