package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.testing.OnPostgres;
import dev.sensei.databases.TableName;
import dev.sensei.databases.ddl.DdlGenerator;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.Options;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is done in which order, and that it makes an equal database. */
class PlannerTest {
  @Test
  void referenceDataComesFirstAndEachTableStandsBehindWhatItRefersTo() throws SQLException {
    Planned plan = Plans.planned(Plans.database(Plans.SHOP), Plans.empty(), Databases.OPTIONS);
    assertThat(plan.migration().phases())
        .containsExactly(
            List.of(Plans.shop("product"), Plans.shop("region")),
            List.of(Plans.shop("customer")),
            List.of(Plans.shop("Order")),
            List.of(Plans.shop("item")));
  }

  @Test
  void theLargestTableIsStartedFirst() throws SQLException {
    Planned plan = Plans.planned(Plans.database(Plans.SHOP), Plans.empty(), Databases.OPTIONS);
    assertThat(plan.tables().stream().map(table -> table.source().name()).limit(2))
        .containsExactly("item", "region");
    assertThat(plan.tables()).allMatch(table -> table.dependsOn().isEmpty());
    assertThat(plan.tables().getFirst().rowEstimate()).isEqualTo(2000);
  }

  @Test
  void thePlanBuildsAnEqualDatabase() throws SQLException {
    for (String sql : List.of(Plans.SHOP, Plans.CYCLE, Plans.PARTITIONED)) {
      PostgresServer.Endpoint source = Plans.database(sql);
      PostgresServer.Endpoint target = OnPostgres.newDatabase("copy");
      PlanInput input = Databases.input(source, target, Databases.OPTIONS);
      build(target, Plans.planned(input));
      PlanInput after = Databases.input(target, source, Databases.OPTIONS);
      assertThat(after.source().tables().stream().map(table -> table.structure()).toList())
          .isEqualTo(input.source().tables().stream().map(table -> table.structure()).toList());
      assertThat(after.source().views()).isEqualTo(input.source().views());
      assertThat(after.source().sequences()).isEqualTo(input.source().sequences());
    }
  }

  @Test
  void equalInputsGiveEqualPlansByteForByte() throws SQLException {
    PostgresServer.Endpoint source = Plans.database(Plans.SHOP + Plans.PARTITIONED);
    String first =
        written(Plans.planned(Databases.input(source, Plans.empty(), Databases.OPTIONS)));
    String second =
        written(Plans.planned(Databases.input(source, Plans.empty(), Databases.OPTIONS)));
    assertThat(second).isEqualTo(first);
    assertThat(
            PlanJson.readMigration(
                PlanJson.write(
                    Plans.planned(source, Plans.empty(), Databases.OPTIONS).migration())))
        .isEqualTo(Plans.planned(source, Plans.empty(), Databases.OPTIONS).migration());
  }

  @Test
  void anotherOptionGivesAnotherDigest() throws SQLException {
    PostgresServer.Endpoint source = Plans.database(Plans.SHOP);
    Options other = Databases.options(List.of(), List.of(), ExistingRows.TRUNCATE);
    assertThat(PlanJson.write(Plans.planned(source, Plans.empty(), other).migration()))
        .isNotEqualTo(
            PlanJson.write(Plans.planned(source, Plans.empty(), Databases.OPTIONS).migration()));
  }

  @Test
  void aCycleSharesAPhaseAndIsARisk() throws SQLException {
    Planned plan = Plans.planned(Plans.database(Plans.CYCLE), Plans.empty(), Databases.OPTIONS);
    assertThat(plan.migration().phases())
        .containsExactly(
            List.of(TableName.parse("public.player"), TableName.parse("public.team")),
            List.of(TableName.parse("public.game")));
    assertThat(plan.migration().risks())
        .anyMatch(risk -> risk.contains("cycle: public.player, public.team; broken by adding"));
  }

  @Test
  void aPartitionedTableWaitsForItsPartitions() throws SQLException {
    Planned plan =
        Plans.planned(Plans.database(Plans.PARTITIONED), Plans.empty(), Databases.OPTIONS);
    TablePlan event = Plans.table(plan, "event");
    TablePlan middle = Plans.table(plan, "event_2024");
    assertThat(event.dependsOn())
        .containsExactlyInAnyOrder(middle.index(), Plans.table(plan, "event_rest").index());
    assertThat(middle.dependsOn()).containsExactly(Plans.table(plan, "event_2024_a").index());
    assertThat(event.index()).isGreaterThan(middle.index());
    assertThat(List.of(event.phase(), middle.phase(), Plans.table(plan, "event_rest").phase()))
        .containsOnly(2);
    assertThat(event.indexes())
        .filteredOn(statement -> statement.sql().contains("ATTACH PARTITION"))
        .hasSize(4);
  }

  private static String written(Planned plan) {
    List<String> all = new ArrayList<>(List.of(PlanJson.write(plan.migration())));
    plan.tables().forEach(table -> all.add(PlanJson.write(table)));
    return String.join("\n", all);
  }

  /** Runs a plan's statements in the order in which they are due. */
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
}
