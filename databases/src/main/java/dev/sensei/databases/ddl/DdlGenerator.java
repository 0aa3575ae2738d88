package dev.sensei.databases.ddl;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Extension;
import dev.sensei.databases.catalog.Index;
import dev.sensei.databases.catalog.IndexStatistics;
import dev.sensei.databases.catalog.Key;
import dev.sensei.databases.catalog.Schema;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.SequenceValue;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableKind;
import dev.sensei.databases.catalog.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Turns a catalog into the statements that build it in an empty target, in the order of {@link
 * Section}. All names are qualified; run {@link #SESSION} first on the connection.
 */
public final class DdlGenerator {
  /** Settings for a session that runs the statements, as a restore of {@code pg_dump} sets them. */
  public static final List<String> SESSION =
      List.of(
          "SET search_path = ''",
          "SET check_function_bodies = false",
          "SET row_security = off",
          "SET statement_timeout = 0",
          "SET lock_timeout = 0",
          "SET idle_in_transaction_session_timeout = 0",
          "SET xmloption = content",
          "SET DateStyle = 'ISO'",
          "SET IntervalStyle = 'postgres'",
          "SET array_nulls = on",
          "SET standard_conforming_strings = on",
          "SET client_min_messages = warning");

  private DdlGenerator() {}

  /**
   * Everything that comes before rows: schemas, extensions, types, routines, sequences and tables
   * without keys.
   */
  public static List<Statement> preData(Catalog catalog) {
    List<Statement> all = new ArrayList<>();
    for (Schema schema : catalog.schemas()) {
      all.add(
          new Statement(
              "CREATE SCHEMA IF NOT EXISTS " + SqlIdentifier.quote(schema.name()),
              "schema " + SqlIdentifier.quoteWhereNeeded(schema.name()),
              Section.SCHEMAS));
    }
    for (Extension extension : catalog.extensions()) {
      all.add(
          new Statement(
              "CREATE EXTENSION IF NOT EXISTS "
                  + SqlIdentifier.quote(extension.name())
                  + " WITH SCHEMA "
                  + SqlIdentifier.quote(extension.schema()),
              "extension " + SqlIdentifier.quoteWhereNeeded(extension.name()),
              Section.EXTENSIONS));
    }
    all.addAll(CreationOrder.beforeRows(catalog));
    for (Sequence sequence : catalog.sequences()) {
      sequence
          .ownedBy()
          .ifPresent(
              column ->
                  all.add(
                      new Statement(
                          "ALTER SEQUENCE "
                              + sequence.name().quoted()
                              + " OWNED BY "
                              + column.table().quoted()
                              + "."
                              + SqlIdentifier.quote(column.column()),
                          "sequence " + sequence.name(),
                          Section.SEQUENCE_OWNERS)));
    }
    return all;
  }

  /** The table itself with its columns and checks, without keys and indexes. */
  public static List<Statement> table(Table table) {
    return TableStatements.create(table);
  }

  /**
   * Primary key, unique and exclusion constraints: first the indexes that can be built ahead of
   * them, which may be built beside each other, then the constraints in order.
   */
  public static List<Statement> keys(Table table) {
    return KeyStatements.of(table);
  }

  /** The indexes that no constraint owns. */
  public static List<Statement> indexes(Table table) {
    return indexes(table.indexes());
  }

  /** A partition's indexes become parts of its parent's. */
  public static List<Statement> attachIndexes(Table table) {
    List<Statement> all = new ArrayList<>();
    for (Key key : table.keys()) {
      key.parentIndex()
          .ifPresent(
              parent -> all.add(attach(parent, new TableName(table.name().schema(), key.name()))));
    }
    for (Index index : table.indexes()) {
      if (index.valid()) {
        index.parentIndex().ifPresent(parent -> all.add(attach(parent, index.name())));
      }
    }
    return all;
  }

  /**
   * The table's foreign keys; what they reference must be complete.
   *
   * @param partitioned the partitioned tables among those that tables refer to
   */
  public static List<Statement> foreignKeys(Table table, Collection<TableName> partitioned) {
    return ForeignKeyStatements.of(table, partitioned);
  }

  /** The partitioned tables among these, as {@link #foreignKeys} wants them. */
  public static Set<TableName> partitioned(Collection<Table> tables) {
    return tables.stream()
        .filter(table -> table.kind() == TableKind.PARTITIONED)
        .map(Table::name)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Sets sequences to where they stood. */
  public static List<Statement> sequenceValues(Collection<SequenceValue> values) {
    return values.stream()
        .map(
            value ->
                new Statement(
                    "SELECT pg_catalog.setval("
                        + SqlLiteral.quote(value.name().quoted())
                        + ", "
                        + value.lastValue()
                        + ", "
                        + value.called()
                        + ")",
                    "sequence " + value.name(),
                    Section.SEQUENCE_VALUES))
        .toList();
  }

  /**
   * Views, and routines that need views, in the order of their dependencies. Materialised views are
   * filled where they were, which reads the tables.
   */
  public static List<Statement> views(Catalog catalog) {
    List<Statement> all = new ArrayList<>(CreationOrder.afterRows(catalog));
    for (View view : catalog.views()) {
      all.addAll(indexes(view.indexes()));
    }
    return all;
  }

  /** What belongs to a table when all tables, rows, keys and views are there. */
  public static List<Statement> postTable(Table table) {
    return PostTableStatements.of(table);
  }

  /** The same for a view. */
  public static List<Statement> postView(View view) {
    return PostTableStatements.of(view);
  }

  /** All comments. */
  public static List<Statement> comments(Catalog catalog) {
    return CommentStatements.of(catalog);
  }

  /**
   * The owners, of objects whose owner is a role of the target and is not the one connected.
   *
   * @param roles the roles of the target that the connected one may hand objects to
   * @param connected the role that creates the objects
   */
  public static List<Statement> owners(
      Catalog catalog, Collection<String> roles, String connected) {
    return OwnerStatements.of(catalog, roles, connected);
  }

  /**
   * All statements that build the catalog in an empty target which gets no rows, or whose rows come
   * between those of {@link #preData} and the others.
   */
  public static List<Statement> postData(Catalog catalog, Collection<SequenceValue> values) {
    List<Statement> all = new ArrayList<>();
    catalog.tables().forEach(table -> all.addAll(keys(table)));
    catalog.tables().forEach(table -> all.addAll(indexes(table)));
    catalog.tables().forEach(table -> all.addAll(attachIndexes(table)));
    Set<TableName> partitioned = partitioned(catalog.tables());
    catalog.tables().forEach(table -> all.addAll(foreignKeys(table, partitioned)));
    all.addAll(sequenceValues(values));
    all.addAll(views(catalog));
    catalog.tables().forEach(table -> all.addAll(postTable(table)));
    catalog.views().forEach(view -> all.addAll(postView(view)));
    all.addAll(comments(catalog));
    return all;
  }

  private static List<Statement> indexes(List<Index> indexes) {
    List<Statement> all = new ArrayList<>();
    for (Index index : indexes) {
      if (!index.valid()) {
        continue;
      }
      all.add(new Statement(index.definition(), "index " + index.name(), Section.INDEXES));
      for (IndexStatistics statistics : index.statistics()) {
        all.add(indexStatistics(index.name(), statistics, Section.INDEXES));
      }
    }
    return all;
  }

  static Statement indexStatistics(TableName index, IndexStatistics statistics, Section section) {
    return new Statement(
        "ALTER INDEX "
            + index.quoted()
            + " ALTER COLUMN "
            + statistics.position()
            + " SET STATISTICS "
            + statistics.target(),
        "index " + index,
        section);
  }

  private static Statement attach(TableName parent, TableName child) {
    return new Statement(
        "ALTER INDEX " + parent.quoted() + " ATTACH PARTITION " + child.quoted(),
        "index " + child,
        Section.ATTACH_INDEXES);
  }
}
