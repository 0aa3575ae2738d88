package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.plan.ColumnReading;
import dev.sensei.agents.plan.ErrorLimit;
import dev.sensei.agents.plan.MigrationPlan.MovedSequence;
import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableText;
import dev.sensei.databases.TableName;
import dev.sensei.platform.PostgresServer;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What belongs to a table that is mapped follows it, or is an exception. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MappingFollowTest {
  private MappedPlans plans;

  @BeforeAll
  void shop() throws SQLException {
    plans = new MappedPlans(MappedPlans.SHOP);
  }

  @Test
  void whatIsDeclaredIsBuiltAsThePlanSays() throws Exception {
    PostgresServer.Endpoint target = MappedPlans.database("");
    Planned plan =
        plans.planned(
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

    MappedPlans.build(target, plan);
    MappedPlans.assertEqualStructure(target, plan);
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
        plans.planned(
            plans.empty(),
            Declared.of("shop.customers").to("crm.clients").renamed("id", "select").mapping(),
            Declared.of("shop.orders")
                .renamed("customer", "client")
                .renamed("order", "text")
                .mapping(),
            Declared.of("shop.event").to("log.event").renamed("day", "order").mapping());
    TablePlan orders = MappedPlans.table(plan, "orders");
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
    TablePlan event = MappedPlans.table(plan, "event");
    assertThat(event.definition().partitionKey()).contains("RANGE (\"order\")");
    assertThat(event.definition().primaryKey().orElseThrow().definition())
        .isEqualTo("PRIMARY KEY (id, \"order\")");
    assertThat(MappedPlans.table(plan, "event_24").columns())
        .extracting(column -> column.source(), column -> column.target())
        .contains(tuple("day", "order"));
    assertThat(MappedPlans.table(plan, "customers").columns())
        .allMatch(column -> column.confidence() == 1)
        .filteredOn(column -> column.declared())
        .singleElement()
        .satisfies(column -> assertThat(column.note()).isEqualTo("declared"));
  }

  @Test
  void tablesAndColumnsSwapTheirNames() throws Exception {
    PostgresServer.Endpoint target = MappedPlans.database("");
    Planned plan =
        plans.planned(
            target,
            Declared.of("shop.customers")
                .to("shop.orders")
                .renamed("first_name", "last_name")
                .renamed("last_name", "first_name")
                .mapping(),
            Declared.of("shop.orders").to("shop.customers").mapping());
    MappedPlans.build(target, plan);
    MappedPlans.assertEqualStructure(target, plan);
    assertThat(MappedPlans.table(plan, "customers").target())
        .isEqualTo(new TableName("shop", "orders"));
    assertThat(ColumnReading.select(MappedPlans.table(plan, "customers")))
        .startsWith("SELECT \"id\", \"cust_ref\", \"first_name\", \"last_name\"")
        .endsWith(" FROM ONLY \"shop\".\"customers\"");
    assertThat(MappedPlans.table(plan, "customers").columns().get(2).target())
        .isEqualTo("last_name");
  }

  @Test
  void whatCannotFollowIsAnExceptionWithItsReason() throws Exception {
    Planned plan =
        plans.planned(
            plans.empty(),
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
    PostgresServer.Endpoint target = MappedPlans.database("");
    MappedPlans.build(target, plan);
    MappedPlans.assertEqualStructure(target, plan);
  }

  @Test
  void thePlanShowsWhatIsDeclaredAndTheQueriesThatComeOfIt() throws Exception {
    Planned plan =
        plans.planned(
            plans.empty(),
            Declared.of("shop.customers")
                .to("crm.clients")
                .column("cust_ref", "ref", "varchar(4)", "")
                .dropped("notes")
                .added("full_name", "first_name || ' ' || last_name", "")
                .mapping());
    TablePlan customers = MappedPlans.table(plan, "customers");
    assertThat(TableText.declared(customers))
        .containsExactly(
            "table shop.customers becomes crm.clients",
            "column cust_ref character varying(40) becomes ref character varying(4)",
            "first_name || ' ' || last_name, of type text, becomes full_name text",
            "column notes is dropped");
    assertThat(TableText.query(customers, new ErrorLimit(0, 100)))
        .endsWith("(first_name || ' ' || last_name) FROM ONLY \"shop\".\"customers\"");
    assertThat(TableText.query(customers, new ErrorLimit(5, 100)))
        .startsWith("SELECT ctid, CASE WHEN ")
        .contains("char_length(");
    assertThat(plan.migration().risks())
        .anyMatch(risk -> risk.startsWith("crm.clients.ref: character varying(40) becomes"))
        .anyMatch(risk -> risk.contains("of the first 1,000 rows 11 are longer than"));
  }

  @Test
  void anExclusionOverARenamedColumnIsNotCarried() throws Exception {
    MappedPlans ranges =
        new MappedPlans(
            """
            CREATE TABLE t (span int4range, n int, CONSTRAINT apart EXCLUDE USING gist (span WITH &&)
              WHERE (n > 0), CONSTRAINT always EXCLUDE USING gist (span WITH &&));
            INSERT INTO t VALUES ('[1,2)', 1);
            """);
    assertThat(
            MappedPlans.exceptions(
                ranges.carriedOut(
                    Declared.of("public.t").to("crm.t").renamed("span", "s").mapping())))
        .containsExactlyInAnyOrder("key crm.t.apart", "key crm.t.always");
    assertThat(
            MappedPlans.exceptions(
                ranges.carriedOut(Declared.of("public.t").to("crm.t").renamed("n", "m").mapping())))
        .containsExactly("key crm.t.apart");
  }

  @Test
  void whatActsOnRowsIsCarriedWhereItNamesNothingThatChanges() throws Exception {
    MappedPlans acting =
        new MappedPlans(
            """
            CREATE TABLE t (id int PRIMARY KEY, w int, v int);
            CREATE TABLE o (w int);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER "On W" BEFORE UPDATE OF w ON t FOR EACH ROW
              WHEN (OLD.w IS DISTINCT FROM NEW.w) EXECUTE FUNCTION f();
            CREATE POLICY "of w" ON t USING (w > 0);
            CREATE POLICY of_id ON t USING (id > 0);
            CREATE POLICY of_other ON o USING (EXISTS (SELECT FROM t WHERE t.w = o.w));
            CREATE STATISTICS of_w ON w, v FROM t;
            CREATE STATISTICS of_expression ON (w + 1), v FROM t;
            CREATE STATISTICS of_v ON id, v FROM t;
            CREATE RULE "also O" AS ON DELETE TO t DO ALSO INSERT INTO o VALUES (OLD.w);
            CREATE RULE also_t AS ON DELETE TO o DO ALSO DELETE FROM t WHERE id = OLD.w;
            INSERT INTO t VALUES (1, 2, 3);
            """);
    assertThat(
            MappedPlans.exceptions(
                acting.carriedOut(Declared.of("public.t").renamed("w", "x").mapping())))
        .containsExactlyInAnyOrder(
            "trigger public.t.\"On W\"",
            "policy public.t.\"of w\"",
            "policy public.o.of_other",
            "statistics public.of_w",
            "statistics public.of_expression",
            "rule public.t.\"also O\"");
    assertThat(
            acting
                .carriedOut(Declared.of("public.t").constant("k", "1", "int", true).mapping())
                .migration()
                .exceptions())
        .isEmpty();
  }

  @Test
  void definitionsByAnExpressionStayBehindAndOthersFollow() throws Exception {
    MappedPlans computing =
        new MappedPlans(
            """
            CREATE TABLE t (id int PRIMARY KEY, v text COLLATE "C", w int,
              g int GENERATED ALWAYS AS (w * 2) STORED UNIQUE, h int GENERATED ALWAYS AS (id) STORED,
              CONSTRAINT of_w CHECK (w > 0), CONSTRAINT of_id CHECK (id > 0));
            CREATE TABLE kid (g int REFERENCES t (g), many int, dropped int UNIQUE,
              FOREIGN KEY (dropped) REFERENCES t (g));
            CREATE INDEX lowered ON t (lower(v));
            CREATE INDEX partial ON t (id) WHERE w IS NOT NULL;
            CREATE INDEX mixed ON t (w, (id + 1));
            CREATE INDEX by_class ON t (v COLLATE "POSIX" text_pattern_ops DESC NULLS LAST, w)
              WITH (fillfactor = 70);
            CREATE UNIQUE INDEX no_two_nulls ON t (w) NULLS NOT DISTINCT;
            CREATE INDEX hashed ON t USING hash (v);
            CREATE TABLE part (a int, "b,(x" text COLLATE "C", c text) PARTITION BY RANGE
              ("b,(x" COLLATE "POSIX" text_pattern_ops, a);
            CREATE TABLE part_1 (c text, a int DEFAULT 5, "b,(x" text COLLATE "C");
            ALTER TABLE part ATTACH PARTITION part_1 DEFAULT;
            CREATE INDEX ON part ("b,(x", a);
            CREATE TABLE listed (a int, b text) PARTITION BY LIST (lower(b));
            CREATE VIEW of_v AS SELECT a.v FROM t a JOIN t b USING (w);
            CREATE VIEW of_id AS SELECT id FROM t;
            INSERT INTO t VALUES (1, 'V', 2);
            INSERT INTO kid VALUES (4, 1, 4);
            INSERT INTO part VALUES (1, 'b', 'c');
            """);
    assertThat(
            MappedPlans.exceptions(
                computing.carriedOut(
                    Declared.of("public.t").renamed("v", "w").renamed("w", "v").mapping(),
                    Declared.of("public.kid").dropped("dropped").mapping(),
                    Declared.of("public.part")
                        .to("crm.\"Part\"")
                        .renamed("b,(x", "a")
                        .renamed("a", "b,(x")
                        .constant("kind", "1", "int", true)
                        .mapping(),
                    Declared.of("public.part_1").to("crm.one").mapping())))
        .containsExactlyInAnyOrder(
            "check public.t.of_w",
            "foreign key public.kid.kid_dropped_fkey",
            "generated column public.t.g",
            "index public.t.lowered",
            "index public.t.mixed",
            "index public.t.partial",
            "key public.kid.kid_dropped_key",
            "view public.of_v");
    computing.refused(
        "PARTITION_KEY", "", Declared.of("public.listed").renamed("a", "x").mapping());
    computing.refused("KEY_LOST", "", Declared.of("public.t").dropped("g").mapping());
  }
}
