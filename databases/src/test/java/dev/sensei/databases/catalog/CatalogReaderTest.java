package dev.sensei.databases.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.DatabaseIdentity;
import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.TableName;
import dev.sensei.databases.TestServer;
import dev.sensei.databases.errors.DatabaseException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CatalogReaderTest {
  private static final TestServer SERVER = TestServer.bundled();

  @SuppressWarnings("NullAway.Init")
  private static DatabaseUri everything;

  @SuppressWarnings("NullAway.Init")
  private static Catalog catalog;

  @BeforeAll
  static void readEverything() throws SQLException {
    everything = SERVER.newDatabase("everything.sql");
    catalog = read(everything, CatalogScope.ALL);
  }

  @Test
  void nothingOfWhatIsCarriedIsReportedAsLeftBehind() {
    assertThat(catalog.uncarried()).isEmpty();
    assertThat(catalog.unreadableTables()).isEmpty();
  }

  @Test
  void everyKindThatIsNotCarriedIsReported() throws SQLException {
    Catalog other = read(SERVER.newDatabase("uncarried.sql"), CatalogScope.ALL);

    assertThat(other.uncarried())
        .extracting(object -> object.kind() + " " + object.identity())
        .containsExactly(
            "access method own_heap",
            "aggregate public.total(integer)",
            "base type public.shell",
            "cast public.own AS text",
            "collation public.simple",
            "column privileges public.secured.b",
            "conversion public.conversion",
            "default privileges sensei r in granted",
            "event trigger reaction",
            "foreign server elsewhere",
            "foreign table public.far",
            "foreign-data wrapper wrapper",
            "function in C public.c_function(integer)",
            "large objects 1 large objects",
            "object that needs one not carried column c of table public.needy",
            "object that needs one not carried column s of table public.needy",
            "object that needs one not carried view public.far_view",
            "operator public.===(integer,integer)",
            "operator class public.opclass",
            "operator family public.family",
            "privileges function public.react()",
            "privileges public.secured",
            "privileges schema granted",
            "privileges type public.level",
            "publication publication",
            "range type public.span",
            "row security policy readers on public.secured",
            "text search configuration public.words",
            "text search dictionary public.dictionary",
            "typed table public.typed",
            "user mapping sensei on elsewhere");
  }

  @Test
  void aTableStandsAloneAsJson() {
    for (Table table : catalog.tables()) {
      assertThat(CatalogJson.readTable(CatalogJson.write(table))).isEqualTo(table);
    }
    assertThat(CatalogJson.readCatalog(CatalogJson.write(catalog))).isEqualTo(catalog);
    assertThatThrownBy(() -> CatalogJson.readTable("[]"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aColumnSaysWhatItIs() {
    Table table = catalog.table(new TableName("sales", "customer")).orElseThrow();

    assertThat(table.column("spend").orElseThrow())
        .satisfies(
            spend -> {
              assertThat(spend.type()).isEqualTo("sales.positive");
              assertThat(spend.baseTypeOid()).isEqualTo(1700);
              assertThat(spend.position()).isEqualTo(5);
            });
    assertThat(table.copiedColumns()).extracting(Column::name).doesNotContain("doubled");
    assertThat(table.primaryKey().orElseThrow().included()).containsExactly("note");
    assertThat(table.foreignKeys().getFirst().referencedColumns()).containsExactly("id");
    assertThat(table.size().rows()).isEqualTo(2);
    assertThat(table.size().pages()).isEqualTo(1);
  }

  @Test
  void theDigestFollowsTheSchemaAndNotTheRows() throws SQLException {
    DatabaseUri database = SERVER.newDatabase();
    TestServer.execute(database, "CREATE TABLE t (id integer)");
    String before = CatalogJson.digest(read(database, CatalogScope.ALL));
    TestServer.execute(database, "INSERT INTO t SELECT generate_series(1, 10000); ANALYZE t");
    assertThat(CatalogJson.digest(read(database, CatalogScope.ALL))).isEqualTo(before);

    TestServer.execute(database, "ALTER TABLE t ADD COLUMN more text");
    assertThat(CatalogJson.digest(read(database, CatalogScope.ALL))).isNotEqualTo(before);
  }

  @Test
  void aScopeTakesTheTablesAndWhatTheyNeedAndSaysWhatItCutsOff() throws SQLException {
    Catalog part =
        read(
            everything,
            new CatalogScope(List.of("sales.*"), List.of("sales.customer"), List.of("counters")));

    assertThat(part.tables())
        .extracting(table -> table.name().toString())
        .contains("sales.event", "sales.hen")
        .doesNotContain("sales.customer", "public.every_type");
    assertThat(part.uncarried())
        .extracting(UncarriedObject::identity)
        .contains("event_customer on sales.event", "sales.z_base", "sales.a_top");
    assertThat(part.views()).extracting(view -> view.name().name()).doesNotContain("a_top");
    assertThat(part.sequences()).isEmpty();
  }

  @Test
  void tablesWhoseRowsMayNotBeReadAreReported() throws SQLException {
    DatabaseUri database = SERVER.newDatabase();
    TestServer.execute(
        database,
        """
        CREATE ROLE onlooker LOGIN PASSWORD 'look';
        CREATE TABLE open (id integer); GRANT SELECT ON open TO onlooker;
        CREATE TABLE closed (id integer);
        CREATE TABLE filtered (id integer); GRANT SELECT ON filtered TO onlooker;
        ALTER TABLE filtered ENABLE ROW LEVEL SECURITY;
        CREATE SCHEMA hidden; CREATE TABLE hidden.away (id integer);
        GRANT SELECT ON hidden.away TO onlooker;
        """);
    DatabaseUri asOnlooker =
        new DatabaseUri(
            "onlooker",
            Optional.of("look"),
            database.host(),
            database.port(),
            database.database(),
            database.parameters());

    assertThat(read(asOnlooker, CatalogScope.ALL).unreadableTables())
        .extracting(TableName::toString)
        .containsExactly("hidden.away", "public.closed", "public.filtered");
  }

  @Test
  void theSessionIsLeftAsItWas() throws SQLException {
    try (Connection connection = TestServer.connect(everything);
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = sales, public");
      statement.execute("SET IntervalStyle = 'iso_8601'");
      CatalogReader.read(connection, CatalogScope.ALL);
      try (ResultSet row =
          statement.executeQuery(
              "SELECT current_setting('search_path'), current_setting('IntervalStyle')")) {
        row.next();
        assertThat(row.getString(1)).isEqualTo("sales, public");
        assertThat(row.getString(2)).isEqualTo("iso_8601");
      }
    }
  }

  @Test
  void aDatabaseIsRecognisedUnderAnotherAddress() throws SQLException {
    DatabaseUri other = SERVER.newDatabase();
    DatabaseUri byName =
        new DatabaseUri(
            everything.user(),
            everything.password(),
            "localhost",
            everything.port(),
            everything.database(),
            everything.parameters());
    try (Connection first = TestServer.connect(everything);
        Connection second = TestServer.connect(byName);
        Connection third = TestServer.connect(other)) {
      DatabaseIdentity identity = DatabaseIdentity.read(first);
      assertThat(identity.systemIdentifier()).isPresent();
      assertThat(identity.majorVersion()).isEqualTo(18);
      assertThat(identity.sameDatabaseAs(DatabaseIdentity.read(second))).isTrue();
      assertThat(identity.sameDatabaseAs(DatabaseIdentity.read(third))).isFalse();
    }
  }

  @Test
  void aRefusedConnectionIsAnErrorWithoutThePassword() {
    assertThatThrownBy(() -> TestServer.connect(everything.withPassword("wr0ng")).close())
        .isInstanceOf(DatabaseException.class)
        .hasMessageNotContaining("wr0ng");
  }

  static Catalog read(DatabaseUri uri, CatalogScope scope) throws SQLException {
    try (Connection connection = TestServer.connect(uri)) {
      return CatalogReader.read(connection, scope);
    }
  }
}
