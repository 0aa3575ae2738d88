package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.mapping.MappedSource;
import dev.sensei.agents.architect.mapping.MappingRefused;
import dev.sensei.agents.plan.ColumnReading;
import dev.sensei.agents.plan.MigrationPlan.MovedSequence;
import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import dev.sensei.agents.plan.PlanText;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.databases.ddl.DdlGenerator;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.schemas.common.TableMapping;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person declares of tables, tried on a source and planned. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MappingsTest {
  private static final String SHOP =
      """
      CREATE SCHEMA shop;
      CREATE TYPE shop.tier AS ENUM ('bronze', 'gold');
      CREATE FUNCTION shop.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
      CREATE FUNCTION shop.looked_up(n int) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1';
      CREATE TABLE shop.customers (id serial PRIMARY KEY, cust_ref varchar(40) NOT NULL UNIQUE,
        first_name text, last_name text, tier shop.tier DEFAULT 'bronze', notes text,
        born date, score int DEFAULT 3, balance numeric(10, 2), CHECK (score > 0), CHECK (balance > -100));
      CREATE TABLE shop.orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        customer int NOT NULL REFERENCES shop.customers ON DELETE CASCADE, "order" text,
        total numeric(10, 2), label text GENERATED ALWAYS AS ('T' || total::text) STORED);
      CREATE INDEX orders_customer ON shop.orders (customer DESC) INCLUDE (total);
      CREATE INDEX orders_order ON shop.orders ("order" text_pattern_ops);
      CREATE INDEX orders_big ON shop.orders (id) WHERE total > 100;
      CREATE INDEX orders_plain ON shop.orders USING hash (label);
      CREATE VIEW shop.totals AS SELECT customer, total FROM shop.orders;
      CREATE VIEW shop.names AS SELECT last_name FROM shop.customers;
      CREATE VIEW shop.sum_of_totals AS SELECT sum(total) AS s FROM shop.totals;
      CREATE FUNCTION shop.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER noted BEFORE UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.noted();
      COMMENT ON COLUMN shop.customers.cust_ref IS 'what the customer quotes';
      CREATE TABLE shop.event (id int, day date, note text, CHECK (note <> ''), PRIMARY KEY (id, day))
        PARTITION BY RANGE (day);
      CREATE TABLE shop.event_24 PARTITION OF shop.event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
      CREATE TABLE shop.event_rest PARTITION OF shop.event DEFAULT;
      CREATE INDEX event_note ON shop.event (note);
      INSERT INTO shop.customers (cust_ref, first_name, last_name, notes, born, balance)
        SELECT 'ref' || n, 'first' || n, 'canary' || n, 'note', '2000-01-01', n FROM generate_series(1, 20) n;
      INSERT INTO shop.orders (customer, "order", total) SELECT 1 + n % 20, 'o' || n, n FROM generate_series(1, 50) n;
      INSERT INTO shop.event SELECT n, '2024-03-01', 'n' FROM generate_series(1, 5) n;
      """;

  private PostgresServer server;
  private PostgresServer.Endpoint source;
  private PostgresServer.Endpoint empty;

  @BeforeAll
  void start(@TempDir Path directory) throws SQLException {
    server = PostgresServer.start(PostgresSettings.in(directory).with("fsync", "off"));
    source = Databases.database(server, "shop", SHOP);
    empty = server.createDatabase("empty");
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void whatIsDeclaredIsBuiltAsThePlanSays() throws Exception {
    PostgresServer.Endpoint target = server.createDatabase("built");
    Planned plan =
        planned(
            target,
            Declared.of("shop.customers")
                .to("crm.clients")
                .column("cust_ref", "customer_reference", "varchar(60)", "")
                .column("id", "order", "bigint", "")
                .cast("score", "bigint")
                .computed("first_name", "upper(first_name)")
                .dropped("notes")
                .added("full_name", "first_name || ' ' || last_name -- both", "")
                .added("born_year", "extract(year from born)::int", "smallint")
                .constant("origin", "web's", "varchar(10)", true)
                .constant("joined", "2024-02-03", "date", false)
                .mapping(),
            Declared.of("shop.orders")
                .renamed("customer", "client")
                .cast("customer", "bigint")
                .renamed("order", "text")
                .mapping(),
            Declared.of("shop.event")
                .to("log.event")
                .renamed("day", "order")
                .constant("kind", "old", "text", true)
                .mapping(),
            Declared.of("shop.event_24").to("log.event_2024").mapping());

    build(target, plan);
    assertEqualStructure(target, plan);
    assertThat(plan.migration().movedSequences())
        .containsExactly(
            new MovedSequence(
                new TableName("shop", "customers_id_seq"),
                new TableName("crm", "customers_id_seq")));
    assertThat(plan.migration().sequences())
        .contains(
            new TableName("shop", "customers_id_seq"), new TableName("shop", "orders_id_seq"));
    assertThat(plan.migration().exceptions())
        .extracting(NotCarried::kind, NotCarried::object)
        .containsExactlyInAnyOrder(
            tuple("check", "crm.clients.customers_score_check"),
            tuple("trigger", "shop.orders.noted"),
            tuple("view", "shop.names"),
            tuple("view", "shop.sum_of_totals"),
            tuple("view", "shop.totals"));
  }

  @Test
  void keysIndexesAndForeignKeysFollow() throws Exception {
    Planned plan =
        planned(
            empty,
            Declared.of("shop.customers").to("crm.clients").renamed("id", "select").mapping(),
            Declared.of("shop.orders")
                .renamed("customer", "client")
                .renamed("order", "text")
                .mapping(),
            Declared.of("shop.event").to("log.event").renamed("day", "order").mapping());
    TablePlan orders = table(plan, "orders");
    assertThat(orders.definition().foreignKeys())
        .singleElement()
        .satisfies(
            key ->
                assertThat(key.definition())
                    .isEqualTo(
                        "FOREIGN KEY (client) REFERENCES crm.clients(\"select\") ON DELETE"
                            + " CASCADE"));
    assertThat(orders.definition().indexes())
        .extracting(index -> index.definition())
        .contains(
            "CREATE INDEX orders_customer ON shop.orders USING btree (client DESC) INCLUDE (total)",
            "CREATE INDEX orders_order ON shop.orders USING btree (text text_pattern_ops)",
            "CREATE INDEX orders_big ON shop.orders USING btree (id) WHERE (total >"
                + " (100)::numeric)");
    TablePlan event = table(plan, "event");
    assertThat(event.definition().partitionKey()).contains("RANGE (\"order\")");
    assertThat(event.definition().primaryKey().orElseThrow().definition())
        .isEqualTo("PRIMARY KEY (id, \"order\")");
    assertThat(table(plan, "event_24").columns())
        .extracting(column -> column.source(), column -> column.target())
        .contains(tuple("day", "order"));
    assertThat(table(plan, "customers").columns())
        .allMatch(column -> column.confidence() == 1)
        .filteredOn(column -> column.declared())
        .singleElement()
        .satisfies(column -> assertThat(column.note()).isEqualTo("declared"));
  }

  @Test
  void tablesAndColumnsSwapTheirNames() throws Exception {
    PostgresServer.Endpoint target = server.createDatabase("swapped");
    Planned plan =
        planned(
            target,
            Declared.of("shop.customers")
                .to("shop.orders")
                .renamed("first_name", "last_name")
                .renamed("last_name", "first_name")
                .mapping(),
            Declared.of("shop.orders").to("shop.customers").mapping());
    build(target, plan);
    assertEqualStructure(target, plan);
    assertThat(table(plan, "customers").target()).isEqualTo(new TableName("shop", "orders"));
    assertThat(ColumnReading.select(table(plan, "customers")))
        .startsWith("SELECT \"id\", \"cust_ref\", \"first_name\", \"last_name\"")
        .endsWith(" FROM ONLY \"shop\".\"customers\"");
    assertThat(table(plan, "customers").columns().get(2).target()).isEqualTo("last_name");
  }

  @Test
  void aTableOfTheTargetIsFilledAsDeclared() throws Exception {
    PostgresServer.Endpoint target =
        Databases.database(
            server,
            "filled",
            "CREATE TABLE clients (ref text NOT NULL, name text, n bigint, origin text NOT NULL,"
                + " odd int); CREATE TYPE t AS ENUM ('x')");
    Planned plan =
        planned(
            target,
            Declared.of("shop.customers")
                .to("public.clients")
                .renamed("cust_ref", "ref")
                .renamed("score", "n")
                .dropped("id")
                .dropped("tier")
                .dropped("notes")
                .dropped("born")
                .dropped("balance")
                .dropped("first_name")
                .dropped("last_name")
                .added("name", "first_name || last_name", "")
                .constant("origin", "web", "", false)
                .mapping());
    TablePlan customers = table(plan, "customers");
    assertThat(customers.created()).isFalse();
    assertThat(customers.confidence()).isEqualTo(1);
    assertThat(customers.columns())
        .extracting(column -> column.target(), column -> column.targetType())
        .containsExactly(
            tuple("ref", "text"),
            tuple("name", "text"),
            tuple("n", "bigint"),
            tuple("origin", "text"));
    assertThat(value(source, ColumnReading.select(customers) + " WHERE id = 7"))
        .isEqualTo("ref7|first7canary7|3|web");
    assertThatThrownBy(
            () ->
                planned(
                    target,
                    Declared.of("shop.customers")
                        .to("public.clients")
                        .renamed("cust_ref", "ref")
                        .mapping()))
        .isInstanceOf(MappingRefused.class)
        .hasMessageContaining("expected a source for column origin of public.clients")
        .extracting("code")
        .isEqualTo("REQUIRED_COLUMN");
    assertThatThrownBy(
            () ->
                planned(
                    target,
                    Declared.of("shop.customers")
                        .to("public.clients")
                        .column("cust_ref", "ref", "varchar(20)", "")
                        .constant("origin", "web", "", false)
                        .mapping()))
        .isInstanceOf(MappingRefused.class)
        .extracting("code")
        .isEqualTo("TYPE_DIFFERS");
  }

  @Test
  void whatCannotFollowIsAnExceptionWithItsReason() throws Exception {
    Planned plan =
        planned(
            empty,
            Declared.of("shop.customers")
                .renamed("score", "points")
                .renamed("last_name", "name")
                .dropped("cust_ref")
                .mapping(),
            Declared.of("shop.orders")
                .cast("total", "text")
                .computed("order", "to_json(\"order\")")
                .mapping());
    assertThat(plan.migration().exceptions())
        .extracting(each -> each.kind() + " " + each.object())
        .containsExactlyInAnyOrder(
            "check shop.customers.customers_score_check",
            "key shop.customers.customers_cust_ref_key",
            "view shop.names",
            "view shop.totals",
            "view shop.sum_of_totals",
            "index shop.orders.orders_big",
            "index shop.orders.orders_order",
            "generated column shop.orders.label",
            "trigger shop.orders.noted");
    assertThat(plan.migration().exceptions()).allMatch(each -> each.reason().length() > 20);
    assertThat(plan.migration().risks()).anyMatch(risk -> risk.contains("routines are carried"));
    PostgresServer.Endpoint target = server.createDatabase("lossy");
    build(target, plan);
    assertEqualStructure(target, plan);
  }

  @Test
  void thePlanShowsWhatIsDeclaredAndTheQueriesThatComeOfIt() throws Exception {
    Planned plan =
        planned(
            empty,
            Declared.of("shop.customers")
                .to("crm.clients")
                .column("cust_ref", "ref", "varchar(4)", "")
                .dropped("notes")
                .added("full_name", "first_name || ' ' || last_name", "")
                .mapping());
    String text = PlanText.render(plan.migration(), plan.tables(), "d");
    assertThat(text)
        .contains(
            "Declared of shop.customers",
            "  table shop.customers becomes crm.clients",
            "  column cust_ref character varying(40) becomes ref character varying(4)",
            "  column notes is dropped",
            "  first_name || ' ' || last_name, of type text, becomes full_name text",
            "(first_name || ' ' || last_name) FROM ONLY \"shop\".\"customers\"");
    assertThat(plan.migration().risks())
        .anyMatch(risk -> risk.startsWith("crm.clients.ref: character varying(40) becomes"))
        .anyMatch(risk -> risk.contains("of the first 1,000 rows 11 are longer than"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "upper(first_name)|",
        "shop.twice(score)|",
        "to_char(born, 'YYYY')|",
        "concat(first_name, ' ', last_name)|",
        "born::text|",
        "(score + 1) * 2 -- why|",
        "CASE WHEN tier = 'gold' THEN 1 ELSE 0 END|",
        "count(*)|EXPRESSION_NOT_OF_ONE_ROW",
        "first_name || max(last_name)|EXPRESSION_NOT_OF_ONE_ROW",
        "row_number() OVER ()|EXPRESSION_NOT_OF_ONE_ROW",
        "(SELECT 1)|EXPRESSION_NOT_OF_ONE_ROW",
        "EXISTS (SELECT FROM shop.orders)|EXPRESSION_NOT_OF_ONE_ROW",
        "generate_series(1, score)|EXPRESSION_NOT_OF_ONE_ROW",
        "random()|EXPRESSION_NOT_REPEATABLE",
        "score + random()|EXPRESSION_NOT_REPEATABLE",
        "now()|EXPRESSION_NOT_REPEATABLE",
        "current_date|EXPRESSION_NOT_REPEATABLE",
        "current_user|EXPRESSION_NOT_REPEATABLE",
        "'now'::timestamptz|EXPRESSION_NOT_REPEATABLE",
        "age(born)|EXPRESSION_NOT_REPEATABLE",
        "nextval('shop.customers_id_seq')|EXPRESSION_NOT_REPEATABLE",
        "shop.looked_up(score)|EXPRESSION_NOT_REPEATABLE",
        "first_name ||| last_name|EXPRESSION_INVALID",
        "first_name ||| |EXPRESSION_INVALID",
        "unknown_column|EXPRESSION_INVALID",
        "unknown_function(score)|EXPRESSION_INVALID",
        "score, id|EXPRESSION_INVALID",
        "score) , (id|EXPRESSION_INVALID",
        "score) OR (id|EXPRESSION_INVALID",
        "score AS x|EXPRESSION_INVALID",
        "1; DROP TABLE shop.orders|EXPRESSION_INVALID",
        "1); COMMIT; DROP TABLE shop.orders; SELECT (1|EXPRESSION_INVALID",
        "(score, id)|EXPRESSION_INVALID",
        "shop.orders.id|EXPRESSION_INVALID",
        "1 / (score - 3)|EXPRESSION_FAILS",
        "last_name::int|EXPRESSION_FAILS"
      })
  void anExpressionIsOneValueOverOneRowAndAlwaysTheSame(String expression, String code)
      throws Exception {
    Declared customers = Declared.of("shop.customers").added("more", expression, "");
    refused(code == null ? "" : code, "canary", customers.mapping());
    assertThat(value(source, "SELECT count(*) FROM shop.orders")).isEqualTo("50");
  }

  @Test
  void whatDoesNotFitIsRefusedWithItsCode() throws Exception {
    Declared customers = Declared.of("shop.customers");
    refused("UNKNOWN_TABLE", "", Declared.of("shop.custmers").to("a.b").mapping());
    refused("UNKNOWN_TABLE", "", Declared.of("shop.names").to("a.b").mapping());
    refused("UNKNOWN_COLUMN", "", customers.dropped("nmae").mapping());
    refused(
        "COLUMN_TWICE",
        "",
        Declared.of("shop.customers").renamed("first_name", "last_name").mapping());
    refused(
        "COLUMN_TWICE",
        "",
        Declared.of("shop.customers").constant("notes", "x", "", false).mapping());
    refused("TABLE_TWICE", "", Declared.of("shop.customers").to("shop.orders").mapping());
    refused("NAME_TAKEN", "", Declared.of("shop.customers").to("shop.totals").mapping());
    refused("NAME_TAKEN", "", Declared.of("shop.customers").to("shop.orders_big").mapping());
    refused("UNKNOWN_TYPE", "", Declared.of("shop.customers").cast("score", "varchr(3)").mapping());
    refused("UNKNOWN_TYPE", "", Declared.of("shop.customers").cast("score", "text, 1").mapping());
    refused("CAST_IMPOSSIBLE", "", Declared.of("shop.customers").cast("score", "date").mapping());
    refused(
        "CAST_FAILS",
        "canary",
        Declared.of("shop.customers").cast("last_name", "integer").mapping());
    refused(
        "CAST_FAILS",
        "",
        Declared.of("shop.customers").constant("n", "many", "int", false).mapping());
    refused("KEY_LOST", "", Declared.of("shop.customers").dropped("id").mapping());
    refused("KEY_LOST", "", Declared.of("shop.customers").computed("id", "to_json(id)").mapping());
    refused("PARTITION_KEY", "", Declared.of("shop.event").cast("day", "text").mapping());
    refused("PARTITION_COLUMNS", "", Declared.of("shop.event_24").dropped("note").mapping());
    refused(
        "MAPPING_TWICE",
        "",
        Declared.of("shop.orders").to("a.b").mapping(),
        Declared.of("shop.orders").to("a.c").mapping());
    refused(
        "NAME_TOO_LONG", "", Declared.of("shop.orders").renamed("total", "ü".repeat(40)).mapping());
  }

  /** Whether a plan is refused with a code, or made where the code is empty. */
  private void refused(String code, String never, TableMapping... mappings) throws Exception {
    if (code.isEmpty()) {
      assertThat(planned(empty, mappings).tables()).isNotEmpty();
      return;
    }
    assertThatThrownBy(() -> planned(empty, mappings))
        .isInstanceOfSatisfying(
            MappingRefused.class,
            refused -> {
              assertThat(refused.code()).as(refused.message()).isEqualTo(code);
              assertThat(refused.message()).startsWith("expected ").contains("found ", "; ");
              if (!never.isEmpty()) {
                assertThat(refused.message()).doesNotContain(never);
              }
            });
  }

  private static TablePlan table(Planned plan, String source) {
    return plan.tables().stream()
        .filter(table -> table.source().name().equals(source))
        .findFirst()
        .orElseThrow();
  }

  private static String value(PostgresServer.Endpoint database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      List<String> values = new ArrayList<>();
      for (int at = 1; at <= row.getMetaData().getColumnCount(); at++) {
        values.add(row.getString(at));
      }
      return String.join("|", values);
    }
  }

  private static void assertEqualStructure(PostgresServer.Endpoint target, Planned plan)
      throws SQLException {
    try (Connection connection = target.connect()) {
      Catalog actual = CatalogReader.read(connection, CatalogScope.ALL);
      Catalog expected =
          plan.migration()
              .expected()
              .withTables(
                  plan.tables().stream()
                      .map(TablePlan::definition)
                      .sorted(Comparator.comparing(table -> table.name()))
                      .toList());
      assertThat(CatalogComparison.compare(expected, actual)).isEmpty();
    }
  }

  /** Runs a plan's statements in their order, with no rows in between. */
  private static void build(PostgresServer.Endpoint target, Planned plan) throws SQLException {
    List<String> all = new ArrayList<>(DdlGenerator.SESSION);
    plan.migration().preData().forEach(each -> all.add(each.sql()));
    for (TablePlan table : plan.tables()) {
      table.keys().forEach(each -> all.add(each.sql()));
      table.indexes().forEach(each -> all.add(each.sql()));
    }
    for (TablePlan table : plan.tables()) {
      table.foreignKeys().forEach(each -> all.add(each.sql()));
    }
    plan.migration().postData().forEach(each -> all.add(each.sql()));
    try (Connection connection = target.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : all) {
        statement.execute(sql);
      }
    }
  }

  private Planned planned(PostgresServer.Endpoint target, TableMapping... mappings)
      throws Exception {
    PlanInput input = Databases.input(source, target, Databases.OPTIONS);
    return assertThat(Planner.plan(input.with(mapped(input, List.of(mappings)))))
        .asInstanceOf(type(Planned.class))
        .actual();
  }

  private MappedSource mapped(PlanInput input, List<TableMapping> mappings) throws Exception {
    try (Connection connection = source.connect()) {
      return MappedSource.of(connection, mappings, input.source(), input.target());
    }
  }
}
