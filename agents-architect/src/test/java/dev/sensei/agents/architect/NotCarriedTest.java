package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.FailureClass;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a plan leaves behind, and what cannot be planned at all. */
class NotCarriedTest {
  @Test
  void whatIsNotCarriedIsListedAndAnExcludedTableIsNot() throws SQLException {
    PostgresServer.Endpoint source =
        Plans.database(
            Plans.SHOP
                + """
                CREATE FUNCTION shop.told() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
                CREATE EVENT TRIGGER told ON ddl_command_end EXECUTE FUNCTION shop.told();
                CREATE AGGREGATE shop.total (int) (sfunc = int4pl, stype = int);
                """);
    Planned plan =
        Plans.planned(
            source,
            Plans.empty(),
            Databases.options(List.of(), List.of("shop.region"), ExistingRows.REFUSE));
    assertThat(plan.migration().exceptions().stream().map(NotCarried::kind))
        .containsExactly("aggregate", "event trigger", "foreign key");
    assertThat(plan.tables().stream().map(TablePlan::source)).doesNotContain(Plans.shop("region"));
  }

  @Test
  void anObjectOfTheSameNameInTheTargetStaysAndIsAnException() throws SQLException {
    Planned plan =
        Plans.planned(
            Plans.database(Plans.SHOP),
            Plans.database("CREATE SCHEMA shop; CREATE TYPE shop.mood AS ENUM ('x');"),
            Databases.OPTIONS);
    assertThat(plan.migration().exceptions())
        .singleElement()
        .extracting(NotCarried::kind, NotCarried::object)
        .containsExactly("enum", "shop.mood");
    assertThat(plan.migration().preData()).noneMatch(each -> each.object().equals("schema shop"));
  }

  @Test
  void whatCannotBePlannedIsRefusedWithAReason() throws SQLException {
    PostgresServer.Endpoint source = Plans.database(Plans.PARTITIONED);
    assertThat(Plans.refused(Plans.empty(), source, Databases.OPTIONS))
        .extracting(Refused::failureClass, Refused::code)
        .containsExactly(FailureClass.CONFIGURATION, "NOTHING_IN_SCOPE");
    PostgresServer.Endpoint plain = Plans.database("CREATE TABLE place (id int)");
    PostgresServer.Endpoint divided =
        Plans.database("CREATE TABLE place (id int) PARTITION BY RANGE (id)");
    assertThat(Plans.refused(plain, divided, Databases.OPTIONS).code())
        .isEqualTo("PARTITIONED_ON_ONE_SIDE");
    assertThat(Plans.refused(divided, plain, Databases.OPTIONS).code())
        .isEqualTo("PARTITIONED_ON_ONE_SIDE");
    assertThat(
            Plans.refused(
                    source,
                    Plans.empty(),
                    Databases.options(List.of(), List.of("public.event"), ExistingRows.REFUSE))
                .code())
        .isEqualTo("PARENT_OUT_OF_SCOPE");
    PostgresServer.Endpoint half =
        Plans.database("CREATE TABLE event (id int, day date, kind int) PARTITION BY RANGE (day);");
    assertThat(Plans.refused(source, half, Databases.OPTIONS).code())
        .isEqualTo("PARTITIONS_DIFFER");
    PostgresServer.Endpoint view = Plans.database("CREATE VIEW kind AS SELECT 1 AS id;");
    assertThat(Plans.refused(source, view, Databases.OPTIONS))
        .extracting(Refused::code, Refused::object)
        .containsExactly("NAME_TAKEN", "public.kind");
  }
}
