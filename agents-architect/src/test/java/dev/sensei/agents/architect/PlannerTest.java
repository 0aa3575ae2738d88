package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.PlanText;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.TableName;
import dev.sensei.databases.ddl.DdlGenerator;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.Options;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlannerTest {
  private static final String SHOP =
      """
      CREATE SCHEMA shop;
      CREATE TYPE shop.mood AS ENUM ('calm', 'keen');
      CREATE TABLE shop.region (id int PRIMARY KEY, name text NOT NULL UNIQUE);
      CREATE TABLE shop.product (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price numeric(10,2),
        mood shop.mood, label text GENERATED ALWAYS AS ('p' || price::text) STORED);
      CREATE TABLE shop.customer (id serial PRIMARY KEY, region int REFERENCES shop.region,
        name varchar(40) NOT NULL);
      CREATE TABLE shop."Order" (id bigint PRIMARY KEY, customer int NOT NULL REFERENCES shop.customer,
        product int REFERENCES shop.product, parent bigint REFERENCES shop."Order");
      CREATE TABLE shop.item ("order" bigint REFERENCES shop."Order", product int REFERENCES shop.product,
        note text);
      CREATE INDEX item_by_product ON shop.item (product);
      CREATE VIEW shop.names AS SELECT name FROM shop.customer;
      COMMENT ON TABLE shop.region IS 'where';
      INSERT INTO shop.item (note) SELECT repeat('x', 500) FROM generate_series(1, 2000);
      INSERT INTO shop.region SELECT n, 'r' || n FROM generate_series(1, 500) n;
      ANALYZE;
      """;
  private static final String CYCLE =
      """
      CREATE TABLE team (id int PRIMARY KEY, captain int);
      CREATE TABLE player (id int PRIMARY KEY, team int REFERENCES team);
      ALTER TABLE team ADD FOREIGN KEY (captain) REFERENCES player;
      CREATE TABLE game (id int PRIMARY KEY, home int REFERENCES team);
      """;
  private static final String PARTITIONED =
      """
      CREATE TABLE kind (id int PRIMARY KEY);
      CREATE TABLE event (id int, day date, kind int REFERENCES kind, PRIMARY KEY (id, day))
        PARTITION BY RANGE (day);
      CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
        PARTITION BY LIST (id);
      CREATE TABLE event_2024_a PARTITION OF event_2024 FOR VALUES IN (1);
      CREATE TABLE event_rest PARTITION OF event DEFAULT;
      CREATE INDEX event_day ON event (day);
      """;

  private PostgresServer server;
  private PostgresServer.Endpoint empty;

  @BeforeAll
  void start(@TempDir Path directory) throws SQLException {
    server = PostgresServer.start(PostgresSettings.in(directory).with("fsync", "off"));
    empty = server.createDatabase("empty");
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void referenceDataComesFirstAndEachTableStandsBehindWhatItRefersTo() throws SQLException {
    Planned plan = planned(Databases.database(server, "phases", SHOP), empty, Databases.OPTIONS);
    assertThat(plan.migration().phases())
        .containsExactly(
            List.of(shop("product"), shop("region")),
            List.of(shop("customer")),
            List.of(shop("Order")),
            List.of(shop("item")));
  }

  @Test
  void theLargestTableIsStartedFirst() throws SQLException {
    Planned plan = planned(Databases.database(server, "sizes", SHOP), empty, Databases.OPTIONS);
    assertThat(plan.tables().stream().map(table -> table.source().name()).limit(2))
        .containsExactly("item", "region");
    assertThat(plan.tables()).allMatch(table -> table.dependsOn().isEmpty());
    assertThat(plan.tables().getFirst().rowEstimate()).isEqualTo(2000);
  }

  @Test
  void thePlanBuildsAnEqualDatabase() throws SQLException {
    for (String sql : List.of(SHOP, CYCLE, PARTITIONED)) {
      String name = "build" + sql.length();
      PostgresServer.Endpoint source = Databases.database(server, name, sql);
      PostgresServer.Endpoint target = server.createDatabase(name + "_copy");
      PlanInput input = Databases.input(source, target, Databases.OPTIONS);
      build(target, planned(input));
      PlanInput after = Databases.input(target, source, Databases.OPTIONS);
      assertThat(after.source().tables().stream().map(table -> table.structure()).toList())
          .isEqualTo(input.source().tables().stream().map(table -> table.structure()).toList());
      assertThat(after.source().views()).isEqualTo(input.source().views());
      assertThat(after.source().sequences()).isEqualTo(input.source().sequences());
    }
  }

  @Test
  void equalInputsGiveEqualPlansByteForByte() throws SQLException {
    PostgresServer.Endpoint source = Databases.database(server, "same", SHOP + PARTITIONED);
    String first = written(planned(Databases.input(source, empty, Databases.OPTIONS)));
    String second = written(planned(Databases.input(source, empty, Databases.OPTIONS)));
    assertThat(second).isEqualTo(first);
    assertThat(PlanJson.readMigration(PlanJson.write(planned(source).migration())))
        .isEqualTo(planned(source).migration());
  }

  @Test
  void anotherOptionGivesAnotherDigest() throws SQLException {
    PostgresServer.Endpoint source = Databases.database(server, "options", SHOP);
    Options other = Databases.options(List.of(), List.of(), ExistingRows.TRUNCATE);
    assertThat(PlanJson.write(planned(source, empty, other).migration()))
        .isNotEqualTo(PlanJson.write(planned(source, empty, Databases.OPTIONS).migration()));
  }

  @Test
  void aCycleSharesAPhaseAndIsARisk() throws SQLException {
    Planned plan = planned(Databases.database(server, "cycle", CYCLE));
    assertThat(plan.migration().phases())
        .containsExactly(
            List.of(TableName.parse("public.player"), TableName.parse("public.team")),
            List.of(TableName.parse("public.game")));
    assertThat(plan.migration().risks())
        .anyMatch(risk -> risk.contains("cycle: public.player, public.team; broken by adding"));
  }

  @Test
  void aPartitionedTableWaitsForItsPartitions() throws SQLException {
    Planned plan = planned(Databases.database(server, "parts", PARTITIONED));
    TablePlan event = table(plan, "event");
    TablePlan middle = table(plan, "event_2024");
    assertThat(event.dependsOn())
        .containsExactlyInAnyOrder(middle.index(), table(plan, "event_rest").index());
    assertThat(middle.dependsOn()).containsExactly(table(plan, "event_2024_a").index());
    assertThat(event.index()).isGreaterThan(middle.index());
    assertThat(List.of(event.phase(), middle.phase(), table(plan, "event_rest").phase()))
        .containsOnly(2);
    assertThat(event.indexes())
        .filteredOn(statement -> statement.sql().contains("ATTACH PARTITION"))
        .hasSize(4);
  }

  @Test
  void aTableInTheTargetIsFilledAsItIs() throws SQLException {
    PostgresServer.Endpoint source =
        Databases.database(
            server,
            "differs",
            """
            CREATE TABLE owner (id int PRIMARY KEY);
            CREATE TABLE pet (id int PRIMARY KEY, name varchar(20), born date, tag bytea, extra text,
              weight bigint, owner int REFERENCES owner);
            CREATE INDEX pet_by_name ON pet (name);
            """);
    PostgresServer.Endpoint target =
        Databases.database(
            server,
            "differs_there",
            """
            CREATE TABLE owner (id int PRIMARY KEY);
            CREATE TABLE pet (weight int, id int PRIMARY KEY, name text, born date NOT NULL, tag int,
              must text NOT NULL, owner int REFERENCES owner);
            """);
    Planned plan = planned(source, target, Databases.OPTIONS);
    TablePlan pet = table(plan, "pet");
    assertThat(pet.created()).isFalse();
    assertThat(pet.columns().stream().map(ColumnMapping::target))
        .containsExactly("weight", "id", "name", "born", "owner");
    assertThat(pet.columns().stream().map(ColumnMapping::confidence))
        .containsExactly(0.60, 1.0, 0.95, 0.60, 1.0);
    assertThat(pet.confidence()).isZero();
    assertThat(pet.unmapped().stream().map(column -> column.source() + ">" + column.target()))
        .containsExactlyInAnyOrder("tag>", "extra>", ">must");
    assertThat(plan.migration().exceptions().stream().map(NotCarried::object))
        .containsExactlyInAnyOrder(
            "public.pet.tag", "public.pet.extra", "public.pet.must", "public.pet.pet_by_name");
    assertThat(pet.dependsOn()).containsExactly(table(plan, "owner").index());
    assertThat(pet.keys()).isEmpty();
    assertThat(plan.migration().preData()).isEmpty();
  }

  @Test
  void triggersInTheTargetThatActOnRowsAreRisks() throws SQLException {
    String table = "CREATE TABLE pet (id int PRIMARY KEY);";
    Planned plan =
        planned(
            Databases.database(server, "quiet", table),
            Databases.database(
                server,
                "triggered",
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
        planned(
            Databases.database(server, "loop", CYCLE + self),
            Databases.database(server, "loop_there", CYCLE + self),
            Databases.OPTIONS);
    assertThat(plan.migration().risks())
        .anyMatch(risk -> risk.contains("exist in the target form a cycle"))
        .anyMatch(risk -> risk.startsWith("public.node: a foreign key that exists in the target"));
    assertThat(table(plan, "game").dependsOn()).containsExactly(table(plan, "team").index());
  }

  @Test
  void rowsThatJoinOthersAreToldAndMayReferToTheirOwnTable() throws SQLException {
    String self = "CREATE TABLE node (id int PRIMARY KEY, up int REFERENCES node);";
    Planned plan =
        planned(
            Databases.database(server, "joining", self),
            Databases.database(server, "joining_there", self),
            Databases.options(List.of(), List.of(), ExistingRows.APPEND));
    assertThat(plan.migration().risks())
        .anyMatch(risk -> risk.startsWith("rows join those that the target holds in public.node:"))
        .noneMatch(risk -> risk.contains("refers to the table itself"));
  }

  @Test
  void whatIsNotCarriedIsListedAndAnExcludedTableIsNot() throws SQLException {
    PostgresServer.Endpoint source =
        Databases.database(
            server,
            "rare",
            SHOP
                + """
                CREATE FUNCTION shop.told() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
                CREATE EVENT TRIGGER told ON ddl_command_end EXECUTE FUNCTION shop.told();
                CREATE AGGREGATE shop.total (int) (sfunc = int4pl, stype = int);
                """);
    Planned plan =
        planned(
            source,
            empty,
            Databases.options(List.of(), List.of("shop.region"), ExistingRows.REFUSE));
    assertThat(plan.migration().exceptions().stream().map(NotCarried::kind))
        .containsExactly("aggregate", "event trigger", "foreign key");
    assertThat(plan.tables().stream().map(TablePlan::source)).doesNotContain(shop("region"));
  }

  @Test
  void anObjectOfTheSameNameInTheTargetStaysAndIsAnException() throws SQLException {
    Planned plan =
        planned(
            Databases.database(server, "moods", SHOP),
            Databases.database(
                server, "moods_there", "CREATE SCHEMA shop; CREATE TYPE shop.mood AS ENUM ('x');"),
            Databases.OPTIONS);
    assertThat(plan.migration().exceptions())
        .singleElement()
        .extracting(NotCarried::kind, NotCarried::object)
        .containsExactly("enum", "shop.mood");
    assertThat(plan.migration().preData()).noneMatch(each -> each.object().equals("schema shop"));
  }

  @Test
  void whatCannotBePlannedIsRefusedWithAReason() throws SQLException {
    PostgresServer.Endpoint source = Databases.database(server, "refused", PARTITIONED);
    assertThat(refused(empty, source, Databases.OPTIONS))
        .extracting(Refused::failureClass, Refused::code)
        .containsExactly(FailureClass.CONFIGURATION, "NOTHING_IN_SCOPE");
    PostgresServer.Endpoint plain =
        Databases.database(server, "plain", "CREATE TABLE place (id int)");
    PostgresServer.Endpoint divided =
        Databases.database(
            server, "divided", "CREATE TABLE place (id int) PARTITION BY RANGE (id)");
    assertThat(refused(plain, divided, Databases.OPTIONS).code())
        .isEqualTo("PARTITIONED_ON_ONE_SIDE");
    assertThat(refused(divided, plain, Databases.OPTIONS).code())
        .isEqualTo("PARTITIONED_ON_ONE_SIDE");
    assertThat(
            refused(
                    source,
                    empty,
                    Databases.options(List.of(), List.of("public.event"), ExistingRows.REFUSE))
                .code())
        .isEqualTo("PARENT_OUT_OF_SCOPE");
    PostgresServer.Endpoint half =
        Databases.database(
            server,
            "half",
            "CREATE TABLE event (id int, day date, kind int) PARTITION BY RANGE (day);");
    assertThat(refused(source, half, Databases.OPTIONS).code()).isEqualTo("PARTITIONS_DIFFER");
    PostgresServer.Endpoint view =
        Databases.database(server, "viewed", "CREATE VIEW kind AS SELECT 1 AS id;");
    assertThat(refused(source, view, Databases.OPTIONS))
        .extracting(Refused::code, Refused::object)
        .containsExactly("NAME_TAKEN", "public.kind");
  }

  @Test
  void aPersonReadsPhasesMappingsAndWhatIsNotCarried() throws SQLException {
    Planned plan =
        planned(
            Databases.database(server, "read", SHOP),
            Databases.database(
                server,
                "read_there",
                "CREATE SCHEMA shop; CREATE TABLE shop.region (id int PRIMARY KEY, name char(5))"),
            Databases.OPTIONS);
    String text = PlanText.render(plan.migration(), plan.tables(), "0123abcd");
    assertThat(text)
        .startsWith("Plan 0123abcd\n")
        .contains("Phase 1 (refers to no other table)", "Phase 4", "in the target already")
        .contains("needs a person shop.region: name text -> name character(5), confidence 0.60")
        .contains("  key shop.region.region_name_key: the table is in the target without it");
    assertThat(PlanText.statements(plan.migration(), plan.tables()))
        .contains("CREATE TYPE", "-- shop.item: foreign keys", "CREATE VIEW")
        .doesNotContain("CREATE TABLE \"shop\".\"region\"");
  }

  private Planned planned(PostgresServer.Endpoint source) throws SQLException {
    return planned(source, empty, Databases.OPTIONS);
  }

  private static Planned planned(
      PostgresServer.Endpoint source, PostgresServer.Endpoint target, Options options)
      throws SQLException {
    return planned(Databases.input(source, target, options));
  }

  private static Planned planned(PlanInput input) {
    return assertThat(Planner.plan(input)).asInstanceOf(type(Planned.class)).actual();
  }

  private static Refused refused(
      PostgresServer.Endpoint source, PostgresServer.Endpoint target, Options options)
      throws SQLException {
    return assertThat(Planner.plan(Databases.input(source, target, options)))
        .asInstanceOf(type(Refused.class))
        .actual();
  }

  private static TablePlan table(Planned plan, String name) {
    return plan.tables().stream()
        .filter(table -> table.source().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static TableName shop(String name) {
    return new TableName("shop", name);
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
