package dev.sensei.databases.ddl;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.IndexStatistics;
import dev.sensei.databases.catalog.Key;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Primary keys, unique and exclusion constraints.
 *
 * <p>Where PostgreSQL allows it, a key's index is built first, by a statement like that of any
 * other index, which several may run beside; the constraint then takes the index over, which is
 * quick. It does not for a partitioned table, an exclusion, or a key {@code WITHOUT OVERLAPS}; and
 * from version 18 on a primary key that takes an index over leaves another NOT NULL behind on a
 * partition, or on a table whose columns have theirs from a parent. There the constraint builds its
 * index itself.
 */
final class KeyStatements {
  private KeyStatements() {}

  /** Index builds first, then the constraints, then what is set on their indexes. */
  static List<Statement> of(Table table) {
    List<Statement> all = new ArrayList<>();
    List<Statement> constraints = new ArrayList<>();
    List<Statement> settings = new ArrayList<>();
    for (Key key : table.keys()) {
      String object =
          "constraint " + SqlIdentifier.quoteWhereNeeded(key.name()) + " on table " + table.name();
      boolean ahead = indexIsBuiltAhead(table, key);
      if (ahead) {
        all.add(new Statement(createIndex(table, key), object, Section.KEYS));
      }
      constraints.add(
          new Statement(
              "ALTER TABLE ONLY "
                  + table.name().quoted()
                  + " ADD CONSTRAINT "
                  + SqlIdentifier.quote(key.name())
                  + " "
                  + (ahead ? usingIndex(key) : itself(key))
                  + (key.deferrable() ? " DEFERRABLE" : "")
                  + (key.initiallyDeferred() ? " INITIALLY DEFERRED" : ""),
              object,
              Section.KEYS));
      for (IndexStatistics statistics : key.indexStatistics()) {
        settings.add(
            DdlGenerator.indexStatistics(
                new TableName(table.name().schema(), key.name()), statistics, Section.KEYS));
      }
    }
    all.addAll(constraints);
    all.addAll(settings);
    return all;
  }

  /**
   * Whether the key is one that a unique index of its columns, as they sort by default, upholds.
   */
  private static boolean indexIsBuiltAhead(Table table, Key key) {
    return table.kind() == TableKind.ORDINARY
        && key.kind() != Key.Kind.EXCLUSION
        && !key.columns().isEmpty()
        && !(key.kind() == Key.Kind.PRIMARY_KEY && notNullIsInherited(table, key))
        && !key.definition().contains(" WITHOUT OVERLAPS)");
  }

  /** A key that takes an index over would make the table's own what it has of a parent alone. */
  private static boolean notNullIsInherited(Table table, Key key) {
    return key.columns().stream()
        .map(table::column)
        .flatMap(Optional::stream)
        .map(Column::notNull)
        .flatMap(Optional::stream)
        .anyMatch(notNull -> !notNull.local());
  }

  private static String createIndex(Table table, Key key) {
    return "CREATE UNIQUE INDEX "
        + SqlIdentifier.quote(key.name())
        + " ON "
        + table.name().quoted()
        + " USING btree ("
        + columns(key.columns())
        + ")"
        + (key.included().isEmpty() ? "" : " INCLUDE (" + columns(key.included()) + ")")
        + (key.definition().startsWith("UNIQUE NULLS NOT DISTINCT ") ? " NULLS NOT DISTINCT" : "")
        + options(key);
  }

  private static String usingIndex(Key key) {
    return (key.kind() == Key.Kind.PRIMARY_KEY ? "PRIMARY KEY" : "UNIQUE")
        + " USING INDEX "
        + SqlIdentifier.quote(key.name());
  }

  private static String itself(Key key) {
    // An exclusion's WHERE comes behind the index options, as the grammar has it.
    String definition = key.definition();
    int where = key.kind() == Key.Kind.EXCLUSION ? definition.lastIndexOf(" WHERE (") : -1;
    return where < 0
        ? definition + options(key)
        : definition.substring(0, where) + options(key) + definition.substring(where);
  }

  private static String options(Key key) {
    return key.options().isEmpty() ? "" : " WITH (" + Options.list(key.options()) + ")";
  }

  private static String columns(List<String> names) {
    return names.stream().map(SqlIdentifier::quote).collect(Collectors.joining(", "));
  }
}
