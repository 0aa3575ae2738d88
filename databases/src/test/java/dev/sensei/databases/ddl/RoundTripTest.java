package dev.sensei.databases.ddl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.InstalledPostgres;
import dev.sensei.databases.TableName;
import dev.sensei.databases.TestServer;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.databases.catalog.ComparisonRules;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.SequenceReader;
import dev.sensei.databases.catalog.SequenceValue;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Builds a database from another's catalog and looks whether it is the same. */
class RoundTripTest {
  private static final String EVERYTHING = "everything.sql";

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void aDatabaseBuiltFromACatalogHasThatCatalog(TestServer server) throws SQLException {
    DatabaseUri source = server.newDatabase(EVERYTHING);
    DatabaseUri target = server.newDatabase();
    List<SequenceValue> values = build(source, target);

    assertThat(CatalogComparison.compare(read(source), read(target), ComparisonRules.STRICT))
        .isEmpty();
    assertThat(values(target)).isEqualTo(values);
  }

  @Test
  void pgDumpSeesNoDifferenceEither() throws SQLException {
    assumeThat(TestServer.installed()).isPresent();
    TestServer server = TestServer.installed().orElseThrow();
    DatabaseUri source = server.newDatabase(EVERYTHING);
    DatabaseUri target = server.newDatabase();
    build(source, target);

    assertThat(InstalledPostgres.dump(target)).isEqualTo(InstalledPostgres.dump(source));
  }

  @Test
  void anOlderServersDatabaseIsBuiltOnANewerServer() throws SQLException {
    assumeThat(TestServer.installed()).isPresent();
    DatabaseUri source = TestServer.installed().orElseThrow().newDatabase(EVERYTHING);
    DatabaseUri target = TestServer.bundled().newDatabase();
    build(source, target);

    assertThat(CatalogComparison.compare(read(source), read(target))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void partsOfAForeignKeyToAPartitionedTableAreAsValidAsTheKey(TestServer server)
      throws SQLException {
    DatabaseUri target = server.newDatabase();
    build(server.newDatabase(EVERYTHING), target);

    assertThat(
            rows(
                target,
                "SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"))
        .containsExactly("first_egg");
  }

  @Test
  void keysTakeOverIndexesThatAreBuiltLikeAnyOther() throws SQLException {
    Catalog catalog = read(TestServer.bundled().newDatabase(EVERYTHING));
    assertThat(keys(catalog, "sales.customer"))
        .containsExactly(
            "CREATE UNIQUE INDEX \"customer_email\" ON \"sales\".\"customer\" USING btree"
                + " (\"email\")",
            "CREATE UNIQUE INDEX \"customer_pk\" ON \"sales\".\"customer\" USING btree (\"id\")"
                + " INCLUDE (\"note\")",
            "CREATE UNIQUE INDEX \"note_spend\" ON \"sales\".\"customer\" USING btree (\"note\","
                + " \"spend\") NULLS NOT DISTINCT WITH (fillfactor='60')",
            "ALTER TABLE ONLY \"sales\".\"customer\" ADD CONSTRAINT \"customer_email\" UNIQUE USING"
                + " INDEX \"customer_email\" DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE ONLY \"sales\".\"customer\" ADD CONSTRAINT \"customer_pk\" PRIMARY KEY"
                + " USING INDEX \"customer_pk\"",
            "ALTER TABLE ONLY \"sales\".\"customer\" ADD CONSTRAINT \"note_spend\" UNIQUE USING"
                + " INDEX \"note_spend\"");
    for (String table : List.of("sales.event", "sales.event_2025", "sales.booking")) {
      assertThat(keys(catalog, table)).isNotEmpty().allMatch(sql -> sql.startsWith("ALTER TABLE"));
    }
  }

  @Test
  void oddKeysAreAsTheyWere() throws SQLException {
    DatabaseUri source = TestServer.bundled().newDatabase();
    TestServer.execute(
        source,
        """
        CREATE EXTENSION btree_gist;
        CREATE TABLE stay (room int, during tsrange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
        CREATE TABLE odd ("a, b" text COLLATE "C", "c"")" int, d point, e int CONSTRAINT named NOT NULL,
          CONSTRAINT "Odd ""Key" UNIQUE ("a, b", "c"")") INCLUDE (d) WITH (deduplicate_items = off),
          CONSTRAINT odd_pk PRIMARY KEY (e) DEFERRABLE);
        CREATE TABLE base (id int NOT NULL);
        CREATE TABLE heir (PRIMARY KEY (id)) INHERITS (base);
        CREATE TABLE part (id int, n int UNIQUE, PRIMARY KEY (id, n)) PARTITION BY LIST (n);
        CREATE TABLE part_1 PARTITION OF part (UNIQUE (id)) FOR VALUES IN (1);
        CREATE TABLE alone (id int PRIMARY KEY, n int, UNIQUE (n, id));
        CREATE TABLE other (id int REFERENCES alone NOT ENFORCED);
        ALTER TABLE part ADD CONSTRAINT part_alone FOREIGN KEY (id) REFERENCES alone NOT VALID;
        """);
    DatabaseUri target = TestServer.bundled().newDatabase();
    build(source, target);

    assertThat(CatalogComparison.compare(read(source), read(target), ComparisonRules.STRICT))
        .isEmpty();
    String all =
        "SELECT concat_ws(' ', conrelid::regclass, conname, contype, convalidated, conislocal,"
            + " coninhcount, pg_get_constraintdef(oid))"
            + " FROM pg_constraint WHERE conrelid <> 0 ORDER BY 1";
    assertThat(rows(target, all)).isEqualTo(rows(source, all));
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void anHeirWithoutItsParentsDefaultStaysWithoutIt(TestServer server) throws SQLException {
    DatabaseUri source = server.newDatabase();
    TestServer.execute(
        source,
        "CREATE TABLE parent (a int DEFAULT 1, b int DEFAULT 2);"
            + " CREATE TABLE heir (a int, b int DEFAULT 3); ALTER TABLE heir INHERIT parent");
    DatabaseUri target = server.newDatabase();
    build(source, target);

    assertThat(CatalogComparison.compare(read(source), read(target), ComparisonRules.STRICT))
        .isEmpty();
    TestServer.execute(target, "INSERT INTO heir DEFAULT VALUES");
    assertThat(rows(target, "SELECT concat_ws(' ', a, b) FROM heir")).containsExactly("3");
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void definitionsAreWhatTheyAreUnderAnySettings(TestServer server) throws SQLException {
    DatabaseUri source = server.newDatabase();
    TestServer.execute(
        source,
        "CREATE TABLE t (a text DEFAULT E'a\\\\b', b bytea DEFAULT '\\x00ff', c interval DEFAULT"
            + " '-1 mon +1 day', d timestamptz DEFAULT '2020-01-01 00:00+00', e text[] DEFAULT"
            + " '{NULL,x}', f float8 DEFAULT 0.1)");
    Catalog before = read(source);
    DatabaseUri target = server.newDatabase();
    for (DatabaseUri database : List.of(source, target)) {
      for (String setting :
          List.of(
              "standard_conforming_strings = off",
              "bytea_output = escape",
              "IntervalStyle = sql_standard",
              "DateStyle = 'SQL, DMY'",
              "array_nulls = off",
              "extra_float_digits = -10")) {
        TestServer.execute(database, "ALTER DATABASE " + database.database() + " SET " + setting);
      }
    }
    assertThat(read(source).tables()).isEqualTo(before.tables());
    build(source, target);
    assertThat(CatalogComparison.compare(before, read(target), ComparisonRules.STRICT)).isEmpty();
  }

  private static List<String> keys(Catalog catalog, String table) {
    return DdlGenerator.keys(catalog.table(TableName.parse(table)).orElseThrow()).stream()
        .map(Statement::sql)
        .toList();
  }

  private static List<String> rows(DatabaseUri database, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = TestServer.connect(database);
        java.sql.Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        rows.add(row.getString(1));
      }
    }
    return rows;
  }

  static List<SequenceValue> build(DatabaseUri source, DatabaseUri target) throws SQLException {
    Catalog read = read(source);
    Catalog catalog = CatalogJson.readCatalog(CatalogJson.write(read));
    assertThat(catalog).isEqualTo(read);
    List<SequenceValue> values = values(source);
    try (Connection connection = TestServer.connect(target)) {
      connection.setAutoCommit(false);
      DdlExecution.prepare(connection);
      DdlExecution.run(connection, DdlGenerator.preData(catalog));
      DdlExecution.run(connection, DdlGenerator.postData(catalog, values));
      connection.commit();
    }
    return values;
  }

  static Catalog read(DatabaseUri uri) throws SQLException {
    try (Connection connection = TestServer.connect(uri)) {
      return CatalogReader.read(connection, CatalogScope.ALL);
    }
  }

  private static List<SequenceValue> values(DatabaseUri uri) throws SQLException {
    try (Connection connection = TestServer.connect(uri)) {
      return SequenceReader.values(
          connection, read(uri).allSequences().stream().map(Sequence::name).toList());
    }
  }
}
