package dev.sensei.databases.catalog;

import dev.sensei.databases.DatabaseIdentity;
import dev.sensei.databases.TableName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Everything in a database that a migration carries, and a list of what it does not carry. All
 * lists are sorted by name, so equal databases give equal catalogs.
 *
 * @param database which database this was read from
 * @param encoding the database's encoding, such as {@code UTF8}
 * @param collation the database's {@code LC_COLLATE}
 * @param characterType the database's {@code LC_CTYPE}
 * @param sequences sequences other than those of identity columns
 * @param uncarried what {@code pg_dump} would carry and a migration does not
 * @param unreadableTables tables in scope whose rows the connected role may not read
 */
public record Catalog(
    DatabaseIdentity database,
    String encoding,
    String collation,
    String characterType,
    List<Schema> schemas,
    List<Extension> extensions,
    List<EnumType> enums,
    List<Domain> domains,
    List<CompositeType> composites,
    List<Routine> routines,
    List<Sequence> sequences,
    List<Table> tables,
    List<View> views,
    List<UncarriedObject> uncarried,
    List<TableName> unreadableTables) {

  public Catalog {
    schemas = List.copyOf(schemas);
    extensions = List.copyOf(extensions);
    enums = List.copyOf(enums);
    domains = List.copyOf(domains);
    composites = List.copyOf(composites);
    routines = List.copyOf(routines);
    sequences = List.copyOf(sequences);
    tables = List.copyOf(tables);
    views = List.copyOf(views);
    uncarried = List.copyOf(uncarried);
    unreadableTables = List.copyOf(unreadableTables);
  }

  /** The table of this name. */
  public Optional<Table> table(TableName name) {
    return tables.stream().filter(table -> table.name().equals(name)).findFirst();
  }

  /** All sequences, those of identity columns among them, sorted by name. */
  public List<Sequence> allSequences() {
    List<Sequence> all = new ArrayList<>(sequences);
    for (Table table : tables) {
      for (Column column : table.columns()) {
        column.identity().flatMap(Identity::sequence).ifPresent(all::add);
      }
    }
    all.sort(Comparator.comparing(Sequence::name));
    return List.copyOf(all);
  }

  /** The same catalog with other tables, such as none where tables travel one by one. */
  public Catalog withTables(List<Table> others) {
    return new Catalog(
        database,
        encoding,
        collation,
        characterType,
        schemas,
        extensions,
        enums,
        domains,
        composites,
        routines,
        sequences,
        others,
        views,
        uncarried,
        unreadableTables);
  }

  /**
   * The part that stays equal while only rows change: without sizes and object ids, and with an
   * identity that tells the database by name alone. Its digest tells whether a schema has changed.
   */
  public Catalog structure() {
    return new Catalog(
        new DatabaseIdentity(
            database.systemIdentifier(),
            0,
            0,
            0,
            0,
            database.databaseName(),
            database.serverVersion()),
        encoding,
        collation,
        characterType,
        schemas,
        extensions,
        enums,
        domains,
        composites,
        routines,
        sequences,
        tables.stream().map(Table::structure).toList(),
        views,
        uncarried,
        unreadableTables);
  }
}
