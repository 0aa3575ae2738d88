package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.agents.architect.mapping.MappingRefused;
import dev.sensei.agents.plan.ColumnReading;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.TableMapping;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Mapped tables that the target has already. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MappingIntoTargetTest {
  private MappedPlans plans;

  @BeforeAll
  void shop() throws SQLException {
    plans = new MappedPlans(MappedPlans.SHOP);
  }

  @Test
  void aTableOfTheTargetIsFilledAsDeclared() throws Exception {
    PostgresServer.Endpoint target =
        MappedPlans.database(
            "CREATE TABLE clients (ref text NOT NULL, name text, n bigint, origin text NOT NULL,"
                + " odd int); CREATE TYPE t AS ENUM ('x')");
    Planned plan =
        plans.planned(
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
    TablePlan customers = MappedPlans.table(plan, "customers");
    assertThat(customers.created()).isFalse();
    assertThat(customers.confidence()).isEqualTo(1);
    assertThat(customers.columns())
        .extracting(column -> column.target(), column -> column.targetType())
        .containsExactly(
            tuple("ref", "text"),
            tuple("name", "text"),
            tuple("n", "bigint"),
            tuple("origin", "text"));
    assertThat(MappedPlans.value(plans.source(), ColumnReading.select(customers) + " WHERE id = 7"))
        .isEqualTo("ref7|first7canary7|3|web");
    unfilled(
        target,
        "column origin of public.clients",
        Declared.of("shop.customers").to("public.clients").renamed("cust_ref", "ref").mapping());
    assertThatThrownBy(
            () ->
                plans.planned(
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

  private void unfilled(PostgresServer.Endpoint target, String named, TableMapping mapping)
      throws Exception {
    assertThat(plans.outcome(target, mapping))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo("REQUIRED_COLUMN");
              assertThat(refused.message()).contains("expected a source for column", named);
            });
  }

  @Test
  void whatTheTargetsTableDoesNotTakeIsRefused() throws Exception {
    PostgresServer.Endpoint target =
        MappedPlans.database(
            """
            CREATE SCHEMA odd;
            CREATE TYPE odd.mood AS ENUM ('calm');
            CREATE SCHEMA shop;
            CREATE TABLE shop.clients (id int, first_name text, shout text GENERATED ALWAYS AS ('x') STORED,
              mood odd.mood, "must have" text NOT NULL);
            CREATE TABLE shop.event (id int, day date, note text, kind text NOT NULL)
              PARTITION BY RANGE (day);
            CREATE TABLE shop.event_24 PARTITION OF shop.event DEFAULT;
            CREATE TABLE shop.event_rest PARTITION OF shop.event
              FOR VALUES FROM ('1990-01-01') TO ('1991-01-01');
            """);
    unfilled(target, "must have", Declared.of("shop.customers").to("shop.clients").mapping());
    unfilled(target, "kind", Declared.of("shop.event").renamed("note", "note").mapping());
    Declared[] clients = new Declared[4];
    for (int at = 0; at < clients.length; at++) {
      clients[at] =
          Declared.of("shop.customers").to("shop.clients").constant("must have", "x", "", true);
    }
    plans.refused(
        target, "UNKNOWN_TARGET_COLUMN", clients[0].renamed("last_name", "surname").mapping());
    plans.refused(
        target, "UNKNOWN_TARGET_COLUMN", clients[1].constant("more", "x", "", false).mapping());
    plans.refused(target, "COMPUTED_IN_TARGET", clients[2].renamed("last_name", "shout").mapping());
    plans.refused(target, "CAST_IMPOSSIBLE", clients[3].renamed("notes", "mood").mapping());
  }

  @Test
  void aNameThatTheTargetHasForAnotherThingIsRefused() throws Exception {
    PostgresServer.Endpoint target =
        MappedPlans.database(
            """
            CREATE SCHEMA crm;
            CREATE SEQUENCE crm.counter;
            CREATE TYPE crm.word AS ENUM ('a');
            CREATE DOMAIN crm.few AS int;
            CREATE TYPE crm.pair AS (a int);
            CREATE TABLE crm.other (id int CONSTRAINT other_key PRIMARY KEY, n serial);
            CREATE INDEX by_n ON crm.other (n);
            CREATE MATERIALIZED VIEW crm.seen AS SELECT 1 AS a;
            CREATE INDEX by_a ON crm.seen (a);
            CREATE SCHEMA taken;
            CREATE TABLE taken.other (id int);
            CREATE INDEX orders_pkey ON taken.other (id);
            """);
    for (String name :
        List.of(
            "counter", "word", "few", "pair", "other_key", "other_n_seq", "by_n", "seen", "by_a")) {
      taken(target, Declared.of("shop.orders").to("crm." + name).mapping());
    }
    taken(target, Declared.of("shop.orders").to("taken.orders").mapping());
    assertThat(plans.outcome(target, Declared.of("shop.orders").to("crm.orders").mapping()))
        .isInstanceOf(Planned.class);
  }

  private void taken(PostgresServer.Endpoint target, TableMapping mapping) throws Exception {
    assertThat(plans.outcome(target, mapping))
        .as(mapping.getTarget())
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.code()).isEqualTo("NAME_TAKEN"));
  }
}
