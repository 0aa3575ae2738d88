package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableText;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.ExistingRows;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables that the target has already, which are filled as they are. */
class ExistingTablesTest {
  @Test
  void aTableInTheTargetIsFilledAsItIs() throws SQLException {
    PostgresServer.Endpoint source =
        Plans.database(
            """
            CREATE TABLE owner (id int PRIMARY KEY);
            CREATE TABLE pet (id int PRIMARY KEY, name varchar(20), born date, tag bytea, extra text,
              weight bigint, owner int REFERENCES owner);
            CREATE INDEX pet_by_name ON pet (name);
            """);
    PostgresServer.Endpoint target =
        Plans.database(
            """
            CREATE TABLE owner (id int PRIMARY KEY);
            CREATE TABLE pet (weight int, id int PRIMARY KEY, name text, born date NOT NULL, tag int,
              must text NOT NULL DEFAULT 'x', owner int REFERENCES owner);
            """);
    Planned plan = Plans.planned(source, target, Databases.OPTIONS);
    TablePlan pet = Plans.table(plan, "pet");
    assertThat(pet.created()).isFalse();
    assertThat(pet.columns().stream().map(ColumnMapping::target))
        .containsExactly("weight", "id", "name", "born", "owner");
    assertThat(pet.columns().stream().map(ColumnMapping::confidence))
        .containsExactly(0.60, 1.0, 0.95, 0.60, 1.0);
    assertThat(pet.confidence()).isZero();
    assertThat(pet.unmapped().stream().map(column -> column.source() + ">" + column.target()))
        .containsExactlyInAnyOrder("tag>", "extra>");
    assertThat(plan.migration().exceptions().stream().map(NotCarried::object))
        .containsExactlyInAnyOrder("public.pet.tag", "public.pet.extra", "public.pet.pet_by_name");
    assertThat(pet.dependsOn()).containsExactly(Plans.table(plan, "owner").index());
    assertThat(pet.keys()).isEmpty();
    assertThat(plan.migration().preData()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "",
      value = {
        "id int, name text, must text NOT NULL | public.pet.must | found none",
        "id int, name text, tag int NOT NULL | public.pet.tag | found one of type bytea, which it"
            + " cannot take",
        "id int, name text, must text NOT NULL DEFAULT 'x' | |",
        "id int, name text, must int NOT NULL GENERATED ALWAYS AS IDENTITY | |",
        "id int, name text, must int NOT NULL GENERATED ALWAYS AS (id + 1) STORED | |",
        "id int, name text, must \"The domain\" NOT NULL | |",
        "id int, name text, must other NOT NULL | public.pet.must | found none",
      })
  void aColumnThatNeedsAValueAndGetsNoneIsRefused(
      String columns, @Nullable String object, @Nullable String found) throws SQLException {
    PostgresServer.Endpoint target =
        Plans.database(
            "CREATE DOMAIN \"The domain\" AS int DEFAULT 7; CREATE DOMAIN other AS int;"
                + " CREATE TABLE pet (%s)".formatted(columns));
    PlanOutcome outcome =
        Planner.plan(
            Databases.input(
                Plans.database("CREATE TABLE pet (id int NOT NULL, name text NOT NULL, tag bytea)"),
                target,
                Databases.OPTIONS));
    if (object == null || found == null) {
      assertThat(outcome).isInstanceOf(Planned.class);
      return;
    }
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo("REQUIRED_COLUMN");
              assertThat(refused.object()).isEqualTo(object);
              assertThat(refused.message()).contains(found, "mapping of public.pet");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "BEFORE INSERT, ROW, true",
    "BEFORE UPDATE OR INSERT, ROW, true",
    "BEFORE INSERT, STATEMENT, false",
    "AFTER INSERT, ROW, false",
  })
  void aTriggerOfTheTargetThatSeesEachRowBeforeMayGiveTheValue(
      String event, String each, boolean planned) throws SQLException {
    PlanOutcome outcome =
        Planner.plan(
            Databases.input(
                Plans.database("CREATE TABLE pet (id int)"),
                Plans.database(
                    """
                    CREATE TABLE pet (id int, must text NOT NULL);
                    CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS
                      'BEGIN NEW.must = 1; RETURN NEW; END';
                    CREATE TRIGGER fills %s ON pet FOR EACH %s EXECUTE FUNCTION fill();
                    """
                        .formatted(event, each)),
                Databases.OPTIONS));
    if (!planned) {
      assertThat(outcome).isInstanceOf(Refused.class);
      return;
    }
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Planned.class,
            plan ->
                assertThat(plan.migration().risks())
                    .anyMatch(risk -> risk.contains("trigger fills")));
  }

  @Test
  void triggersInTheTargetThatActOnRowsAreRisks() throws SQLException {
    String table = "CREATE TABLE pet (id int PRIMARY KEY);";
    Planned plan =
        Plans.planned(
            Plans.database(table),
            Plans.database(
                table
                    + """
                    CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                    CREATE TRIGGER acts AFTER UPDATE OR INSERT ON pet FOR EACH STATEMENT EXECUTE FUNCTION act();
                    CREATE TRIGGER later BEFORE DELETE OR UPDATE ON pet FOR EACH ROW EXECUTE FUNCTION act();
                    CREATE TRIGGER off BEFORE INSERT ON pet FOR EACH ROW EXECUTE FUNCTION act();
                    ALTER TABLE pet DISABLE TRIGGER off;
                    """),
            Databases.OPTIONS);
    assertThat(plan.migration().risks())
        .filteredOn(risk -> risk.contains("trigger"))
        .containsExactly(
            "public.pet: the trigger acts, which exists in the target, acts on the rows as they"
                + " come; disable it there before the run, unless it is meant to");
  }

  @Test
  void cyclesAndSelfReferencesInTheTargetAreRisks() throws SQLException {
    String self = "CREATE TABLE node (id int PRIMARY KEY, up int REFERENCES node);";
    Planned plan =
        Plans.planned(
            Plans.database(Plans.CYCLE + self),
            Plans.database(Plans.CYCLE + self),
            Databases.OPTIONS);
    assertThat(plan.migration().risks())
        .anyMatch(risk -> risk.contains("exist in the target form a cycle"))
        .anyMatch(risk -> risk.startsWith("public.node: a foreign key that exists in the target"));
    assertThat(Plans.table(plan, "game").dependsOn())
        .containsExactly(Plans.table(plan, "team").index());
  }

  @Test
  void rowsThatJoinOthersAreToldAndMayReferToTheirOwnTable() throws SQLException {
    String self = "CREATE TABLE node (id int PRIMARY KEY, up int REFERENCES node);";
    Planned plan =
        Plans.planned(
            Plans.database(self),
            Plans.database(self),
            Databases.options(List.of(), List.of(), ExistingRows.APPEND));
    assertThat(plan.migration().risks())
        .anyMatch(risk -> risk.startsWith("rows join those that the target holds in public.node:"))
        .noneMatch(risk -> risk.contains("refers to the table itself"));
  }

  @Test
  void aPersonReadsMappingsAndWhatIsNotCarried() throws SQLException {
    Planned plan =
        Plans.planned(
            Plans.database(Plans.SHOP),
            Plans.database(
                "CREATE SCHEMA shop; CREATE TABLE shop.region (id int PRIMARY KEY, name char(5))"),
            Databases.OPTIONS);
    assertThat(plan.migration().phases()).hasSize(4);
    TablePlan region = Plans.table(plan, "region");
    assertThat(region.created()).isFalse();
    assertThat(TableText.toLookAt(region, plan.migration()))
        .singleElement()
        .asString()
        .startsWith("name text -> name character(5), confidence 0.60, needs a person: ");
    assertThat(plan.migration().exceptions())
        .anyMatch(
            each ->
                each.kind().equals("key")
                    && each.object().equals("shop.region.region_name_key")
                    && each.reason().startsWith("the table is in the target without it"));
    assertThat(Plans.table(plan, "item").foreignKeys()).isNotEmpty();
    assertThat(plan.migration().preData())
        .anyMatch(each -> each.sql().startsWith("CREATE TYPE"))
        .noneMatch(each -> each.sql().startsWith("CREATE TABLE \"shop\".\"region\""));
    assertThat(plan.migration().postData()).anyMatch(each -> each.sql().startsWith("CREATE VIEW"));
  }
}
