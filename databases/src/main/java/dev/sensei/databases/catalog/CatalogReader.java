package dev.sensei.databases.catalog;

import dev.sensei.databases.DatabaseIdentity;
import dev.sensei.databases.TableName;
import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the catalog of a PostgreSQL database, versions 12 to 18, by a number of queries that does
 * not depend on how many objects there are.
 *
 * <p>Within a transaction of the caller it reads what that transaction sees, but for expressions
 * and definitions, which PostgreSQL always writes as of now: lock the tables first where that
 * matters.
 */
public final class CatalogReader {
  private CatalogReader() {}

  /**
   * Reads what is in scope. Session settings are changed while reading and put back.
   *
   * @throws dev.sensei.databases.errors.DatabaseException as the server reports it
   */
  public static Catalog read(Connection connection, CatalogScope scope) {
    return DatabaseErrors.call("reading the catalog", () -> catalog(connection, scope));
  }

  private static Catalog catalog(Connection connection, CatalogScope scope) throws SQLException {
    DatabaseIdentity database = DatabaseIdentity.read(connection);
    try (CatalogSession session = new CatalogSession(connection, scope)) {
      Dependencies dependencies = Dependencies.read(session);
      TypeReader types = new TypeReader(session, dependencies);
      RelationReader relations = new RelationReader(session, dependencies);
      List<SequenceReader.Found> sequences = SequenceReader.read(session);
      List<RelationReader.Found> tables = relations.tables(sequences);
      List<UncarriedObject> uncarried = new ArrayList<>(UncarriedReader.read(session));
      String[] locale =
          session
              .query(
                  """
                  SELECT pg_encoding_to_char(d.encoding) AS encoding, d.datcollate, d.datctype
                  FROM pg_database d WHERE d.datname = current_database()
                  """,
                  row ->
                      new String[] {
                        row.text("encoding"), row.text("datcollate"), row.text("datctype")
                      })
              .getFirst();
      Catalog whole =
          new Catalog(
              database,
              locale[0],
              locale[1],
              locale[2],
              types.schemas(),
              types.extensions(),
              types.enums(),
              types.domains(),
              types.composites(),
              types.routines(),
              sequences.stream()
                  .filter(found -> found.identityOf() == 0)
                  .map(SequenceReader.Found::sequence)
                  .toList(),
              tables.stream().map(RelationReader.Found::table).toList(),
              relations.views(),
              uncarried,
              tables.stream()
                  .filter(found -> !found.readable() && found.table().holdsRows())
                  .map(found -> found.table().name())
                  .toList());
      return scope.unrestricted() ? sorted(whole) : restricted(whole, scope);
    }
  }

  /**
   * Only what is in scope: tables, the sequences of these tables and others in scope, views over
   * nothing outside. Types and routines stay, as a table in scope may need them.
   */
  private static Catalog restricted(Catalog whole, CatalogScope scope) {
    Set<TableName> names =
        whole.tables().stream()
            .map(Table::name)
            .filter(scope::holds)
            .collect(Collectors.toCollection(HashSet::new));
    List<UncarriedObject> uncarried = new ArrayList<>();
    for (UncarriedObject object : whole.uncarried()) {
      if (object.relation().map(scope::holds).orElse(true)) {
        uncarried.add(object);
      }
    }
    List<Table> tables = new ArrayList<>();
    for (Table table : whole.tables()) {
      if (!names.contains(table.name())) {
        continue;
      }
      List<ForeignKey> kept = new ArrayList<>();
      for (ForeignKey key : table.foreignKeys()) {
        if (names.contains(key.referencedTable())) {
          kept.add(key);
        } else {
          uncarried.add(
              new UncarriedObject(
                  "foreign key",
                  key.name() + " on " + table.name(),
                  "it references " + key.referencedTable() + ", which is out of scope",
                  java.util.Optional.of(table.name())));
        }
      }
      tables.add(table.withForeignKeys(kept));
    }
    Set<String> outside =
        whole.tables().stream()
            .map(Table::name)
            .filter(name -> !names.contains(name))
            .map(ObjectName::relation)
            .collect(Collectors.toCollection(HashSet::new));
    List<View> views = new ArrayList<>();
    for (View view : whole.views()) {
      if (!scope.holds(view.name())) {
        outside.add(ObjectName.relation(view.name()));
      }
    }
    boolean again = true;
    while (again) {
      again = false;
      for (View view : whole.views()) {
        String name = ObjectName.relation(view.name());
        if (!outside.contains(name) && view.dependsOn().stream().anyMatch(outside::contains)) {
          outside.add(name);
          again = true;
          uncarried.add(
              new UncarriedObject(
                  "view",
                  view.name().toString(),
                  "it reads a relation that is out of scope",
                  java.util.Optional.of(view.name())));
        }
      }
    }
    for (View view : whole.views()) {
      if (!outside.contains(ObjectName.relation(view.name()))) {
        views.add(view);
      }
    }
    List<Sequence> sequences =
        whole.sequences().stream()
            .filter(
                sequence ->
                    sequence.ownedBy().isPresent()
                        ? names.contains(sequence.ownedBy().get().table())
                        : scope.holds(sequence.name()) || usedBy(tables, sequence.name()))
            .toList();
    Set<String> schemas =
        java.util.stream.Stream.of(
                tables.stream().map(table -> table.name().schema()),
                views.stream().map(view -> view.name().schema()),
                sequences.stream().map(sequence -> sequence.name().schema()),
                whole.enums().stream().map(type -> type.name().schema()),
                whole.domains().stream().map(type -> type.name().schema()),
                whole.composites().stream().map(type -> type.name().schema()),
                whole.routines().stream()
                    .map(routine -> TableName.parse(routineSchema(routine)).schema()),
                whole.extensions().stream().map(Extension::schema))
            .flatMap(each -> each)
            .collect(Collectors.toCollection(HashSet::new));
    return sorted(
        new Catalog(
            whole.database(),
            whole.encoding(),
            whole.collation(),
            whole.characterType(),
            whole.schemas().stream().filter(schema -> schemas.contains(schema.name())).toList(),
            whole.extensions(),
            whole.enums(),
            whole.domains(),
            whole.composites(),
            whole.routines(),
            sequences,
            tables,
            views,
            uncarried,
            whole.unreadableTables().stream().filter(names::contains).toList()));
  }

  private static String routineSchema(Routine routine) {
    return routine.name().substring(0, routine.name().indexOf('('));
  }

  /** Whether a default names the sequence, as {@code nextval('schema.name'::regclass)}. */
  private static boolean usedBy(List<Table> tables, TableName sequence) {
    String literal = CatalogSession.literal(sequence.toString());
    return tables.stream()
        .flatMap(table -> table.columns().stream())
        .anyMatch(
            column ->
                column.defaultExpression().filter(text -> text.contains(literal)).isPresent());
  }

  private static Catalog sorted(Catalog catalog) {
    List<UncarriedObject> uncarried = new ArrayList<>(new HashSet<>(catalog.uncarried()));
    uncarried.sort(null);
    return new Catalog(
        catalog.database(),
        catalog.encoding(),
        catalog.collation(),
        catalog.characterType(),
        catalog.schemas(),
        catalog.extensions(),
        catalog.enums(),
        catalog.domains(),
        catalog.composites(),
        catalog.routines(),
        catalog.sequences(),
        catalog.tables(),
        catalog.views(),
        uncarried,
        catalog.unreadableTables());
  }
}
