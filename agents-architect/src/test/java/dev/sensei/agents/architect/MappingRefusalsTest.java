package dev.sensei.agents.architect;

import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a person declares and cannot have. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MappingRefusalsTest {
  private MappedPlans plans;

  @BeforeAll
  void shop() throws SQLException {
    plans = new MappedPlans(MappedPlans.SHOP);
  }

  @Test
  void whatDoesNotFitIsRefusedWithItsCode() throws Exception {
    Declared customers = Declared.of("shop.customers");
    plans.refused("UNKNOWN_TABLE", "", Declared.of("shop.custmers").to("a.b").mapping());
    plans.refused("UNKNOWN_TABLE", "", Declared.of("shop.names").to("a.b").mapping());
    plans.refused("UNKNOWN_COLUMN", "", customers.dropped("nmae").mapping());
    plans.refused(
        "COLUMN_TWICE",
        "",
        Declared.of("shop.customers").renamed("first_name", "last_name").mapping());
    plans.refused(
        "COLUMN_TWICE",
        "",
        Declared.of("shop.customers").constant("notes", "x", "", false).mapping());
    plans.refused("TABLE_TWICE", "", Declared.of("shop.customers").to("shop.orders").mapping());
    plans.refused("NAME_TAKEN", "", Declared.of("shop.customers").to("shop.totals").mapping());
    plans.refused("NAME_TAKEN", "", Declared.of("shop.customers").to("shop.orders_big").mapping());
    plans.refused(
        "UNKNOWN_TYPE", "", Declared.of("shop.customers").cast("score", "varchr(3)").mapping());
    plans.refused(
        "UNKNOWN_TYPE", "", Declared.of("shop.customers").cast("score", "text, 1").mapping());
    plans.refused(
        "CAST_IMPOSSIBLE", "", Declared.of("shop.customers").cast("score", "date").mapping());
    plans.refused(
        "CAST_FAILS",
        "canary",
        Declared.of("shop.customers").cast("last_name", "integer").mapping());
    plans.refused(
        "CAST_FAILS",
        "",
        Declared.of("shop.customers").constant("n", "many", "int", false).mapping());
    plans.refused("KEY_LOST", "", Declared.of("shop.customers").dropped("id").mapping());
    plans.refused(
        "KEY_LOST", "", Declared.of("shop.customers").computed("id", "to_json(id)").mapping());
    plans.refused("PARTITION_KEY", "", Declared.of("shop.event").cast("day", "text").mapping());
    plans.refused("PARTITION_COLUMNS", "", Declared.of("shop.event_24").dropped("note").mapping());
    plans.refused(
        "MAPPING_TWICE",
        "",
        Declared.of("shop.orders").to("a.b").mapping(),
        Declared.of("shop.orders").to("a.c").mapping());
    plans.refused(
        "NAME_TOO_LONG", "", Declared.of("shop.orders").renamed("total", "ü".repeat(40)).mapping());
  }

  @Test
  void aNameThatNothingCanHaveIsRefused() throws Exception {
    for (String name : new String[] {"orders", "a.b.c", ".orders", "a.", "a.\"b", "\"\".b", ""}) {
      plans.refused("BAD_NAME", "", Declared.of(name).dropped("total").mapping());
    }
    plans.refused("BAD_NAME", "", Declared.of("shop.orders").to("orders").mapping());
    plans.refused("BAD_NAME", "", Declared.of("shop.orders").to("shop.\"a\0b\"").mapping());
    plans.refused("BAD_NAME", "", Declared.of("shop.orders").to("\"a\0b\".c").mapping());
    plans.refused("BAD_NAME", "", Declared.of("shop.orders").renamed("total", "a\0b").mapping());
    plans.refused("UNKNOWN_COLUMN", "", Declared.of("shop.orders").dropped("a\0b").mapping());
    for (String schema : new String[] {"pg_catalog", "pg_odd", "information_schema"}) {
      plans.refused("NAME_RESERVED", "", Declared.of("shop.orders").to(schema + ".t").mapping());
    }
    plans.refused(
        "NAME_RESERVED", "", Declared.of("shop.orders").to("sensei_ledger.claim").mapping());
    for (String column : new String[] {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"}) {
      plans.refused(
          "NAME_RESERVED", "", Declared.of("shop.orders").renamed("total", column).mapping());
      plans.refused(
          "NAME_RESERVED",
          "",
          Declared.of("shop.orders").constant(column, "1", "", false).mapping());
    }
    plans.refused("", "", Declared.of("shop.orders").renamed("total", "CTID").mapping());
    plans.refused(
        "CAST_FAILS",
        "",
        Declared.of("shop.orders").constant("c", "a\0b", "text", false).mapping());
    plans.refused("UNKNOWN_TYPE", "", Declared.of("shop.orders").cast("total", "te\0xt").mapping());
  }

  @Test
  void columnsThatATableSharesWithItsHeirsAreRefused() throws Exception {
    MappedPlans heirs =
        new MappedPlans(
            "CREATE TABLE p (a int); CREATE TABLE c (b int) INHERITS (p); CREATE TABLE g ()"
                + " INHERITS (c); INSERT INTO g VALUES (1, 2)");
    for (String table : new String[] {"p", "c", "g"}) {
      heirs.refused(
          "INHERITED_COLUMNS", "", Declared.of("public." + table).renamed("a", "x").mapping());
      heirs.refused(
          "INHERITED_COLUMNS",
          "",
          Declared.of("public." + table).constant("x", "1", "", false).mapping());
    }
    heirs.carriedOut(
        Declared.of("public.p").to("crm.p").mapping(),
        Declared.of("public.c").to("\"C\".g").mapping());
  }

  @Test
  void aRoundOfNamesIsNoCycleAndOneThatEndsOnAnotherIsRefused() throws Exception {
    MappedPlans three =
        new MappedPlans(
            """
            CREATE TABLE a (a int, b int, c int);
            CREATE TABLE b (t text);
            CREATE TABLE c (n numeric PRIMARY KEY);
            CREATE TABLE p (n int) PARTITION BY LIST (n);
            CREATE TABLE p1 PARTITION OF p DEFAULT;
            INSERT INTO a VALUES (1, 2, 3);
            INSERT INTO b VALUES ('b');
            INSERT INTO c VALUES (1.5);
            INSERT INTO p VALUES (7);
            """);
    three.carriedOut(
        Declared.of("public.a")
            .to("public.b")
            .renamed("a", "b")
            .renamed("b", "c")
            .renamed("c", "a")
            .mapping(),
        Declared.of("public.b").to("public.c").mapping(),
        Declared.of("public.c").to("public.a").mapping(),
        Declared.of("public.p").to("public.p1").mapping(),
        Declared.of("public.p1").to("public.p").mapping());
    three.refused(
        "TABLE_TWICE",
        "",
        Declared.of("public.a").to("public.b").mapping(),
        Declared.of("public.b").to("public.c").mapping());
    three.refused("TABLE_TWICE", "", Declared.of("public.p").to("public.p1").mapping());
    three.refused(
        "COLUMN_TWICE", "", Declared.of("public.a").renamed("a", "b").renamed("b", "c").mapping());
  }
}
