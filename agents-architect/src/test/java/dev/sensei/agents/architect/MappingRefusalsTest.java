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
}
