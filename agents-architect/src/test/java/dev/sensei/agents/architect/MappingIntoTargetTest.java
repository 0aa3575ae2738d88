package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.mapping.MappingRefused;
import dev.sensei.agents.plan.ColumnReading;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.platform.PostgresServer;
import java.sql.SQLException;
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
    assertThatThrownBy(
            () ->
                plans.planned(
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
}
